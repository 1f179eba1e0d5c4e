// SPDX-License-Identifier: Apache-2.0
#include "server/net/request_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cassert>

namespace warden {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

// A body's announced length is believed only this far before its bytes are there.
constexpr std::size_t kMaxReserve = std::size_t{256} << 10;

}  // namespace

class RequestReader::Parser final : public http::basic_parser<true> {
 public:
  ServerRequest request;
  std::size_t max_body_bytes = 0;
  bool keeps_body = true;
  bool expects_continue = false;
  bool has_host = false;
  int version = 11;  // 10 for HTTP/1.0
  bool has_unknown_coding = false;

 private:
  void on_request_impl(http::verb, BeastView method, BeastView target, int http_version,
                       error_code&) override {
    version = http_version;
    request.method.assign(method);
    request.target.assign(target);
    request.headers.reserve(8);
  }
  void on_response_impl(int, BeastView, int, error_code&) override {}

  void on_field_impl(http::field field, BeastView name, BeastView value, error_code& ec) override {
    if (is_header_done()) return;  // trailers carry nothing for us
    if (field == http::field::host) {
      if (has_host) ec = http::error::bad_field;
      has_host = true;
    } else if (field == http::field::expect) {
      expects_continue = EqualsIgnoringCase(value, "100-continue");
    } else if (field == http::field::transfer_encoding) {
      has_unknown_coding = has_unknown_coding || !EqualsIgnoringCase(value, "chunked");
    }
    request.headers.push_back({std::string(name), std::string(value)});
  }
  void on_header_impl(error_code&) override {}

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length && keeps_body) {
      request.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, kMaxReserve)));
    }
  }
  std::size_t on_body_impl(BeastView bytes, error_code& ec) override { return Keep(bytes, ec); }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView bytes, error_code& ec) override {
    return Keep(bytes, ec);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t Keep(BeastView bytes, error_code& ec) {
    seen_bytes_ += bytes.size();
    if (seen_bytes_ > max_body_bytes) {
      ec = http::error::body_limit;
      return 0;
    }
    if (keeps_body) request.body.append(bytes);
    return bytes.size();
  }

  std::size_t seen_bytes_ = 0;
};

struct RequestReader::Impl {
  explicit Impl(std::size_t max) : max_header_bytes(max) { Renew(); }

  void Renew() {
    parser.emplace();
    parser->body_limit(boost::none);  // ours counts, per route
    parser->header_limit(static_cast<std::uint32_t>(max_header_bytes));
    header_bytes = 0;
    state = State::kHeader;
  }
  void Bad(int status) {
    state = State::kBad;
    bad_status = status;
  }

  std::size_t max_header_bytes;
  std::optional<Parser> parser;
  std::size_t header_bytes = 0;  // used so far; Beast's limit holds only for one call
  State state = State::kHeader;
  int bad_status = 0;
};

RequestReader::RequestReader(std::size_t max_header_bytes)
    : impl_(std::make_unique<Impl>(max_header_bytes)) {}
RequestReader::~RequestReader() = default;

std::size_t RequestReader::Feed(std::string_view bytes) {
  Impl& me = *impl_;
  std::size_t used = 0;
  if (me.state == State::kHeader && !has_begun()) {
    while (bytes.substr(used).starts_with("\r\n")) used += 2;  // RFC 9112, 2.2
    if (bytes.substr(used) == "\r") return used;
  }
  if (used == bytes.size() || (me.state != State::kHeader && me.state != State::kBody)) return used;

  const bool in_header = me.state == State::kHeader;
  me.parser->eager(!in_header);
  error_code ec;
  const std::size_t taken = me.parser->put({bytes.data() + used, bytes.size() - used}, ec);
  used += taken;
  if (in_header) me.header_bytes += taken;

  if (ec && ec != http::error::need_more) {
    if (ec == http::error::body_limit) {
      me.Bad(413);
    } else if (ec == http::error::header_limit) {
      me.Bad(431);
    } else {
      me.Bad(ec == http::error::bad_version ? 505 : 400);
    }
    return used;
  }
  const std::size_t waiting = bytes.size() - used;
  if (in_header && me.parser->is_header_done()) {
    me.state = State::kHeaderDone;
    if (me.parser->has_unknown_coding) me.Bad(501);
    if (!me.parser->has_host && me.parser->version >= 11) me.Bad(400);
  } else if (!in_header && me.parser->is_done()) {
    me.state = State::kDone;
  } else if (!in_header && waiting > me.max_header_bytes && ec) {
    me.Bad(400);  // an endless chunk header or trailer
  }
  if (in_header &&
      me.header_bytes + (me.state == State::kHeader ? waiting : 0) > me.max_header_bytes) {
    me.Bad(431);
  }
  return used;
}

RequestReader::State RequestReader::state() const { return impl_->state; }
bool RequestReader::has_begun() const { return impl_->parser->got_some(); }
int RequestReader::bad_status() const { return impl_->bad_status; }
// HTTP/1.0's own way of keeping connections is not offered.
bool RequestReader::keep_alive() const {
  return impl_->parser->version >= 11 && impl_->parser->keep_alive();
}
bool RequestReader::expects_continue() const { return impl_->parser->expects_continue; }

std::optional<std::uint64_t> RequestReader::content_length() const {
  if (impl_->parser->chunked()) return std::nullopt;
  return impl_->parser->content_length().value_or(0);
}

void RequestReader::SetBodyLimit(std::size_t max_bytes) {
  assert(state() == State::kHeaderDone);
  impl_->parser->max_body_bytes = max_bytes;
  if (content_length().value_or(0) > max_bytes) {
    impl_->Bad(413);
  } else {
    impl_->state = impl_->parser->is_done() ? State::kDone : State::kBody;
  }
}

void RequestReader::DiscardBody() {
  assert(state() == State::kHeaderDone);
  impl_->parser->keeps_body = false;
  SetBodyLimit(static_cast<std::size_t>(-1));
}

void RequestReader::Next() {
  assert(state() == State::kDone);
  impl_->Renew();
}

ServerRequest& RequestReader::request() { return impl_->parser->request; }

}  // namespace warden
