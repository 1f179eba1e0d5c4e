// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document and the routes agree, both ways.
#include <algorithm>
#include <set>

#include "api_fixture.h"
#include "server/config/yaml_node.h"

namespace warden::api {
namespace {

const YamlNode* Find(const YamlNode& map, std::string_view key) {
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2)
    if (map.items[i]->text == key) return map.items[i + 1];
  return nullptr;
}

std::string Upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// The `{names}` of a path.
std::set<std::string> NamesIn(const std::string& path) {
  std::set<std::string> names;
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1))
    names.insert(path.substr(at + 1, path.find('}', at) - at - 1));
  return names;
}

// Of a parameter, or of what its `$ref` leads to: name and place.
std::pair<std::string, std::string> Parameter(const YamlNode& root, const YamlNode& parameter) {
  const YamlNode* at = &parameter;
  if (const auto* ref = Find(parameter, "$ref")) {
    const auto name = ref->text.substr(ref->text.rfind('/') + 1);
    at = Find(*Find(*Find(root, "components"), "parameters"), name);
  }
  if (at == nullptr) return {};
  return {Find(*at, "name")->text, Find(*at, "in")->text};
}

class DocumentTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    Open();
    const auto answer = Ask("GET", "/api/v1/openapi.yaml");
    ASSERT_EQ(answer.status, 200);
    auto parsed = YamlDocument::Parse(answer.body);
    ASSERT_TRUE(parsed) << parsed.error().message;
    document_ = *std::move(parsed);
  }
  const YamlNode& root() const { return *document_.root(); }

  YamlDocument document_;
};

TEST_F(DocumentTest, NamesEveryRouteAndNoOther) {
  std::set<std::string> documented;
  const auto* paths = Find(root(), "paths");
  ASSERT_NE(paths, nullptr);
  for (std::size_t i = 0; i + 1 < paths->items.size(); i += 2) {
    const auto& methods = *paths->items[i + 1];
    for (std::size_t j = 0; j + 1 < methods.items.size(); j += 2) {
      const std::string& method = methods.items[j]->text;
      if (method == "parameters") continue;
      documented.insert(Upper(method) + " " + paths->items[i]->text);
    }
  }
  std::set<std::string> served;
  for (const auto& [method, path] : server_->routes()) served.insert(method + " " + path);
  EXPECT_EQ(documented, served);
  EXPECT_GT(served.size(), 25U);
}

TEST_F(DocumentTest, TheLandingPageLeadsSomewhere) {
  const std::string page = Ask("GET", "/").body;
  std::size_t links = 0;
  constexpr std::string_view kLink = "href=\"";
  for (std::size_t at = page.find(kLink); at != std::string::npos; at = page.find(kLink, at + 1)) {
    const auto begin = at + kLink.size();
    const auto path = page.substr(begin, page.find('"', begin) - begin);
    EXPECT_EQ(Ask("GET", path).status, 200) << path;
    ++links;
  }
  EXPECT_GT(links, 8U);
}

TEST_F(DocumentTest, DeclaresTheParametersOfItsPathsAndSaysWhatIsAnswered) {
  EXPECT_EQ(Find(root(), "openapi")->text, "3.1.0");
  std::set<std::string> ids;
  const auto& paths = *Find(root(), "paths");
  for (std::size_t i = 0; i + 1 < paths.items.size(); i += 2) {
    const std::string& path = paths.items[i]->text;
    std::set<std::string> declared;
    const auto declare = [&](const YamlNode* list) {
      for (const auto* each : list != nullptr ? list->items : std::vector<const YamlNode*>{}) {
        const auto [name, place] = Parameter(root(), *each);
        if (place == "path") declared.insert(name);
      }
    };
    declare(Find(*paths.items[i + 1], "parameters"));
    EXPECT_EQ(declared, NamesIn(path)) << path;
    const auto& methods = *paths.items[i + 1];
    for (std::size_t j = 0; j + 1 < methods.items.size(); j += 2) {
      if (methods.items[j]->text == "parameters") continue;
      const auto& operation = *methods.items[j + 1];
      EXPECT_NE(Find(operation, "summary"), nullptr) << path;
      const auto* responses = Find(operation, "responses");
      ASSERT_NE(responses, nullptr) << path;
      EXPECT_NE(Find(*responses, "200"), nullptr) << path;
      if (const auto* id = Find(operation, "operationId")) {
        EXPECT_TRUE(ids.insert(id->text).second) << id->text;
      }
    }
  }
}

// What has no parameter answers as the document says, and never with a status that it does not
// name.
TEST_F(DocumentTest, AnswersWithTheStatusesItNames) {
  const auto& paths = *Find(root(), "paths");
  for (std::size_t i = 0; i + 1 < paths.items.size(); i += 2) {
    const auto* get = Find(*paths.items[i + 1], "get");
    if (get == nullptr) continue;
    std::string path = paths.items[i]->text;
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{'))
      path.replace(at, path.find('}') - at + 1, "none");
    const auto status = std::to_string(Ask("GET", path).status);
    EXPECT_NE(Find(*Find(*get, "responses"), status), nullptr) << path << " answered " << status;
  }
}

}  // namespace
}  // namespace warden::api
