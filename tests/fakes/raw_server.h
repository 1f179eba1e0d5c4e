// SPDX-License-Identifier: Apache-2.0
// Peers in plain sockets, for what no HTTP library would do: hang, trickle, cut, lie about lengths.
// A RawConnection is blocking and for one thread; every wait ends after ten seconds, so that a
// broken test fails instead of hanging.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace warden::fakes {

class RawConnection {
 public:
  // To 127.0.0.1.
  [[nodiscard]] static RawConnection To(std::uint16_t port);
  explicit RawConnection(int fd);
  RawConnection(RawConnection&& other) noexcept;
  RawConnection& operator=(RawConnection&&) = delete;
  ~RawConnection();

  // False once the peer has gone.
  bool Send(std::string_view bytes);
  // Up to and with `end`; what came until then when the peer closes first or is silent for too
  // long.
  [[nodiscard]] std::string ReadUntil(std::string_view end);
  [[nodiscard]] std::string Read(std::size_t bytes);
  [[nodiscard]] std::string ReadAll();
  // A whole HTTP message with a Content-Length or without body.
  [[nodiscard]] std::string ReadMessage();
  // Blocks until the peer closes.
  void WaitForClose();
  void CloseSend();
  // Closes so that the peer sees a reset.
  void Reset();
  // Server side of a TLS handshake. False when it fails.
  [[nodiscard]] bool StartTls(const std::string& cert_file, const std::string& key_file);

  [[nodiscard]] int fd() const { return fd_; }

 private:
  // False: closed, cut or silent.
  bool Fill();

  int fd_;
  void* tls_ = nullptr;      // SSL
  void* context_ = nullptr;  // SSL_CTX
  std::string buffer_;
};

class RawServer {
 public:
  // Runs for each connection on a thread of its own; the connection is closed at its end.
  using Script = std::function<void(RawConnection&)>;

  explicit RawServer(Script script);
  ~RawServer();  // cuts what is open
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string Url(const std::string& path = "") const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void Run();

  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::list<int> open_;             // guarded by mutex_
  bool ends_ = false;               // guarded by mutex_
  std::list<std::thread> threads_;  // of the accepting thread until that has ended
  std::thread thread_;
};

// A listener that takes no connection: its backlog is full, so that connecting hangs.
class SilentListener {
 public:
  SilentListener();
  ~SilentListener();
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int listener_ = -1;
  std::list<int> fillers_;
  std::uint16_t port_ = 0;
};

// A port that nobody listens on.
[[nodiscard]] std::uint16_t ClosedPort();

}  // namespace warden::fakes
