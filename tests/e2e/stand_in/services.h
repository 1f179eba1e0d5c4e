// SPDX-License-Identifier: Apache-2.0
// Everything that promwarden talks to over HTTP, on one server, told apart by path:
//   /slack/…  /discord/…  /telegram/bot…/sendMessage  /v2/enqueue (PagerDuty)  /grafana/api/…
//   anything else that is posted: a webhook receiver
// and, for whoever runs it:
//   GET  /received?service=S&after=N   what came, as recorded by the journal
//   POST /script   {"service","status","times","headers":{},"body","delay_ms"}; DELETE /script
//   GET  /metrics, POST /incident/on, POST /incident/off, GET /history?labels=…   the shop
// Answers are those of the real service for a good and for an unusable request.
#pragma once

#include "tests/e2e/stand_in/grafana.h"
#include "tests/e2e/stand_in/journal.h"
#include "tests/e2e/stand_in/shop.h"

namespace httplib {
class Server;
}

namespace warden::stand_in {

// Borrows all three for as long as the server runs.
void AddServices(httplib::Server& server, Journal& journal, Grafana& grafana, Shop& shop);

}  // namespace warden::stand_in
