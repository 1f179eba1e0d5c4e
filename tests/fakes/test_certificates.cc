// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/test_certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace warden::fakes {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using File = std::unique_ptr<std::FILE, Free>;

constexpr long kDay = 24L * 60 * 60;

void Extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  assert(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate Make(EVP_PKEY* key, const std::string& name, long serial, long from, long until) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

void WriteCertificate(const std::string& path, X509* certificate) {
  const File file(std::fopen(path.c_str(), "w"));
  PEM_write_X509(file.get(), certificate);
}

void WriteKey(const std::string& path, EVP_PKEY* key) {
  const File file(std::fopen(path.c_str(), "w"));
  PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
}

}  // namespace

struct TestCertificates::Authority {
  Key key;
  Certificate certificate;
};

TestCertificates::TestCertificates() : authority_(std::make_unique<Authority>()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "warden-certs-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  Key key(EVP_EC_gen("P-256"));
  Certificate ca = Make(key.get(), "promwarden test authority", serial_++, -kDay, kDay);
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  Extend(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  Extend(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign");
  X509_sign(ca.get(), key.get(), EVP_sha256());
  ca_file_ = folder_ + "/ca.pem";
  WriteCertificate(ca_file_, ca.get());
  authority_->key = std::move(key);
  authority_->certificate = std::move(ca);
}

TestCertificates::~TestCertificates() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

TestCertificates::Files TestCertificates::Issue(const std::string& name, Validity validity) {
  const bool is_expired = validity == Validity::kExpired;
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate =
      Make(key.get(), name, serial_, is_expired ? -2 * kDay : -kDay, is_expired ? -kDay : kDay);
  X509* const ca = authority_->certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca));
  Extend(certificate.get(), ca, NID_subject_alt_name,
         "DNS:" + name + (name == "localhost" ? ",IP:127.0.0.1" : ""));
  X509_sign(certificate.get(), authority_->key.get(), EVP_sha256());
  const std::string stem = folder_ + "/" + std::to_string(serial_++);
  WriteCertificate(stem + ".crt", certificate.get());
  WriteKey(stem + ".key", key.get());
  return {stem + ".crt", stem + ".key"};
}

}  // namespace warden::fakes
