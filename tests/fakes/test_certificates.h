// SPDX-License-Identifier: Apache-2.0
// Certificates made on the spot in a temporary folder, removed at the end: an authority and what it
// signs.
#pragma once

#include <memory>
#include <string>

namespace warden::fakes {

class TestCertificates {
 public:
  struct Files {
    std::string cert_file;
    std::string key_file;
  };
  enum class Validity { kNow, kExpired };

  TestCertificates();
  ~TestCertificates();
  TestCertificates(const TestCertificates&) = delete;
  TestCertificates& operator=(const TestCertificates&) = delete;

  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }
  // A certificate for the DNS name `name` (and 127.0.0.1 when that is localhost).
  [[nodiscard]] Files Issue(const std::string& name, Validity validity = Validity::kNow);

 private:
  struct Authority;
  std::string folder_;
  std::string ca_file_;
  std::unique_ptr<Authority> authority_;
  long serial_ = 1;
};

}  // namespace warden::fakes
