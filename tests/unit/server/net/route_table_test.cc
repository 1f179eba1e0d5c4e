// SPDX-License-Identifier: Apache-2.0
#include "server/net/route_table.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

RouteTable Table() {
  RouteTable table;
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/{rest...}"},
                                                        {"POST", "/api/v1/webhook/{source}"},
                                                        {"POST", "/api/v1/webhook"},
                                                        {"GET", "/api/v1/deliveries"},
                                                        {"GET", "/api/v1/deliveries/{id}"},
                                                        {"POST", "/api/v1/deliveries/{id}/replay"},
                                                        {"GET", "/api/v1/deliveries/stats"},
                                                        {"DELETE", "/api/v1/deliveries/{id}"},
                                                        {"GET", "/"}}) {
    table.Add({.method = method, .path = path, .handler = [](ServerRequest, Respond) {}});
  }
  return table;
}

// "path → route a=b", or the Allow header, or "404".
std::string Ask(const std::string& method, const std::string& target) {
  static const RouteTable table = Table();
  ServerRequest request{.method = method, .target = target};
  if (!DecodeTarget(request)) return "400";
  const RouteTable::Match match = table.Find(request);
  std::string out = match.route == nullptr ? match.allow : match.route->path;
  for (const NameValue& param : request.params) out += " " + param.name + "=" + param.value;
  return out.empty() ? "404" : out;
}

TEST(RouteTable, PrefersLiteralsThenNamesThenRest) {
  EXPECT_EQ(Ask("GET", "/api/v1/deliveries/stats"), "/api/v1/deliveries/stats");
  EXPECT_EQ(Ask("GET", "/api/v1/deliveries/7"), "/api/v1/deliveries/{id} id=7");
  EXPECT_EQ(Ask("GET", "/api/v1/deliveries/7/x"), "/{rest...} rest=api/v1/deliveries/7/x");
  EXPECT_EQ(Ask("GET", "/"), "/");
  EXPECT_EQ(Ask("POST", "/api/v1/webhook/am?x=y"), "/api/v1/webhook/{source} source=am");
  EXPECT_EQ(Ask("POST", "/api/v1/deliveries/a%20b/replay"),
            "/api/v1/deliveries/{id}/replay id=a b");
}

TEST(RouteTable, ServesHeadWhereverGet) {
  EXPECT_EQ(Ask("HEAD", "/api/v1/deliveries"), "/api/v1/deliveries");
}

TEST(RouteTable, NamesTheMethodsThatAreAllowed) {
  EXPECT_EQ(Ask("PUT", "/api/v1/deliveries/7"), "DELETE, GET, HEAD");
  EXPECT_EQ(Ask("POST", "/nowhere"), "GET, HEAD");
  RouteTable only_post;
  only_post.Add({.method = "POST", .path = "/a", .handler = [](ServerRequest, Respond) {}});
  ServerRequest get{.method = "GET", .path = "/a"};
  EXPECT_EQ(only_post.Find(get).allow, "POST");
  ServerRequest other{.method = "POST", .path = "/a/"};
  EXPECT_EQ(only_post.Find(other).allow, "");
  EXPECT_EQ(only_post.Find(other).route, nullptr);
}

TEST(RouteTable, AnEmptyNameIsNoMatch) {
  RouteTable table;
  table.Add({.method = "GET", .path = "/a/{x}", .handler = [](ServerRequest, Respond) {}});
  ServerRequest request{.method = "GET", .path = "/a/"};
  EXPECT_EQ(table.Find(request).route, nullptr);
}

TEST(DecodeTarget, ResolvesPathAndQuery) {
  ServerRequest request{.target = "/a%2Bb+c?x=1&y=a+b%26c&x=2&flag&=v&&z=a=b#frag"};
  ASSERT_TRUE(DecodeTarget(request));
  EXPECT_EQ(request.path, "/a+b+c");
  const std::vector<NameValue> expected{{"x", "1"},   {"y", "a b&c"}, {"x", "2"},
                                        {"flag", ""}, {"", "v"},      {"z", "a=b"}};
  EXPECT_EQ(request.query, expected);
}

TEST(DecodeTarget, TakesTheAbsoluteForm) {
  ServerRequest request{.target = "http://host:1/a?b=c"};
  ASSERT_TRUE(DecodeTarget(request));
  EXPECT_EQ(request.path, "/a");
  ServerRequest bare{.target = "http://host:1"};
  ASSERT_TRUE(DecodeTarget(bare));
  EXPECT_EQ(bare.path, "/");
}

TEST(DecodeTarget, RefusesWhatIsNoPath) {
  for (const char* target : {"*", "a/b", "/%", "/%4", "/%zz", "/a%00b", "/a?b=%", "host:443"}) {
    ServerRequest request{.target = target};
    EXPECT_FALSE(DecodeTarget(request)) << target;
  }
}

TEST(RouteTable, TellsASlashAtTheEndFromNone) {
  RouteTable table;
  table.Add({.method = "GET", .path = "/pw/", .handler = [](ServerRequest, Respond) {}});
  ServerRequest with{.method = "GET", .target = "/pw/", .path = "/pw/"};
  ServerRequest without{.method = "GET", .target = "/pw", .path = "/pw"};
  EXPECT_NE(table.Find(with).route, nullptr);
  EXPECT_EQ(table.Find(without).route, nullptr);
}

}  // namespace
}  // namespace warden
