// SPDX-License-Identifier: Apache-2.0
// stand_in: the other side of the demonstration and of the end-to-end tests. Chooses free loopback
// ports, prints them as one line of JSON when it is ready, and runs until SIGTERM or SIGINT.
//   stand_in [--log FILE] [--day SECONDS] [--past SECONDS]
#include <httplib.h>
#include <signal.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <thread>

#include "tests/e2e/stand_in/mail_server.h"
#include "tests/e2e/stand_in/services.h"

namespace {

using namespace warden::stand_in;

int Run(std::map<std::string, std::string> options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before the first thread, so that all inherit it

  Journal journal(options["--log"]);
  Grafana grafana;
  const double now = Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
  Shop shop(now - std::stod(options["--past"]), Seconds(std::stod(options["--day"])));
  const MailServer mail(journal);

  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(64); };
  server.set_keep_alive_max_count(1'000'000);
  server.set_tcp_nodelay(true);
  AddServices(server, journal, grafana, shop);
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port <= 0) {
    std::cerr << "stand_in: no free port\n";
    return 1;
  }
  std::thread listener([&server] { server.listen_after_bind(); });
  std::cout << "{\"http\":" << port << ",\"smtp\":" << mail.port() << "}" << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  std::_Exit(0);  // nothing to keep: connections that are still open need not be waited for
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> options{{"--log", ""}, {"--day", "60"}, {"--past", "600"}};
  for (int i = 1; i < argc; i += 2) {
    if (!options.contains(argv[i]) || i + 1 >= argc) {
      std::cerr << "usage: stand_in [--log FILE] [--day SECONDS] [--past SECONDS]\n";
      return 2;
    }
    options[argv[i]] = argv[i + 1];
  }
  return Run(std::move(options));
}
