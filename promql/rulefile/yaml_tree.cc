// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/yaml_tree.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <unordered_map>
#include <utility>

#include "promql/rulefile/scalar_pieces.h"
#include "promql/rulefile/yaml_events.h"
#include "promql/rulefile/yaml_mend.h"
#include "promql/rulefile/yaml_type.h"

namespace promql::rulefile {
namespace {

// libyaml has an enumeration each for lists and mappings.
constexpr int kFlowStyle = YAML_FLOW_MAPPING_STYLE;
static_assert(kFlowStyle == static_cast<int>(YAML_FLOW_SEQUENCE_STYLE));
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

Style StyleOf(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
      return Style::kSingleQuoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      return Style::kDoubleQuoted;
    case YAML_LITERAL_SCALAR_STYLE:
      return Style::kLiteral;
    case YAML_FOLDED_SCALAR_STYLE:
      return Style::kFolded;
    default:
      return Style::kPlain;
  }
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Where the node itself begins behind its anchor and tag, which stand at `at`.
std::uint32_t SkipProperties(std::string_view text, std::uint32_t at, std::uint32_t end) {
  const auto skip_while = [&](auto holds) {
    while (at < end && holds(text[at])) ++at;
  };
  for (;;) {
    skip_while(IsSpace);
    if (at >= end) return end;
    if (text[at] == '#') {
      skip_while([](char c) { return c != '\n' && c != '\r'; });
    } else if (text[at] == '!' && text.substr(at, 2) == "!<") {
      skip_while([](char c) { return c != '>'; });
      at = std::min(at + 1, end);
    } else if (text[at] == '!') {
      skip_while([](char c) { return !IsSpace(c) && c != ','; });
    } else if (text[at] == '&') {
      ++at;  // the letters of names, to libyaml: a colon right behind them is the value's
      skip_while([](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
      });
    } else {
      return at;
    }
  }
}

// Puts events together; the stack holds the open collections.
class TreeBuilder {
 public:
  // `scanned` is the layer's value, or what stands for it: other bytes in some places.
  TreeBuilder(const Text& layer, std::string_view scanned, const YamlLimits& limits, Arena& arena)
      : layer_(layer), scanned_(scanned), limits_(limits), arena_(arena), cursor_(scanned) {}

  YamlStream Run() {
    EventSource source(scanned_);
    for (bool goes_on = true; goes_on;) {
      Event event;
      if (!source.Next(event.value)) {
        FailSyntax(source.parser());
        // Nobody reads on behind the first document.
        const bool is_read = open_.empty() && !stream_.documents.empty();
        if (is_read && limits_.first_document_only)
          stream_.next_document = std::exchange(stream_.error, std::nullopt)->source;
        break;
      }
      goes_on = Take(event.value);
    }
    CutOpenNodes();
    FindComments();
    return std::move(stream_);
  }

 private:
  struct Open {
    Node* node;
    std::size_t first_item;
    bool is_flow;
  };

  // False when there is nothing more to read.
  bool Take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_END_EVENT:
        if (limits_.first_document_only) LookAhead(cursor_.At(event.start_mark.index));
        break;
      case YAML_DOCUMENT_START_EVENT:
        anchors_.clear();
        CheckVersion(event);
        if (stream_.documents.empty() || !limits_.first_document_only) break;
        stream_.next_document = PlaceOf(event);
        return false;
      case YAML_SCALAR_EVENT:
        AddScalar(event);
        break;
      case YAML_SEQUENCE_START_EVENT:
        OpenNode(Node::Kind::kSequence, event, event.data.sequence_start);
        break;
      case YAML_MAPPING_START_EVENT:
        OpenNode(Node::Kind::kMapping, event, event.data.mapping_start);
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        CloseNode(cursor_.At(event.end_mark.index));
        break;
      case YAML_ALIAS_EVENT:
        AddAlias(event);
        break;
      case YAML_STREAM_END_EVENT:
        return false;
      default:
        break;
    }
    return !stream_.error;
  }

  // Go's port has read two tokens more when it comes to the marker behind a document, so that an
  // error of the next document may well be one of this file.
  void LookAhead(std::uint32_t begin) {
    constexpr std::size_t kTokens = 4;  // the stream's start, the marker and two more
    const std::string_view rest = scanned_.substr(begin);
    const std::optional<std::size_t> error = EventSource(rest).Scan(kTokens);
    if (!error) return;
    Fail(ProblemClass::kSyntax, PointAt(begin + ByteCursor(rest).At(*error)),
         "the next document is no YAML, which hinders reading this one");
  }

  // libyaml takes YAML 1.2 too, Go's port of it does not.
  void CheckVersion(const yaml_event_t& event) {
    const auto* version = event.data.document_start.version_directive;
    if (version == nullptr || version->minor == 1) return;
    const std::uint32_t at = PlaceOf(event).begin;
    Fail(ProblemClass::kSyntax, layer_.SourceOf(at, at + 1),
         "Prometheus reads `%YAML 1.1` only; leave the line out");
  }

  Source PlaceOf(const yaml_event_t& event) {
    const std::uint32_t begin = cursor_.At(event.start_mark.index);
    return {begin, std::max(begin, cursor_.At(event.end_mark.index))};
  }

  void AddScalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    Source place = PlaceOf(event);
    if (scalar.anchor != nullptr || scalar.tag != nullptr)
      place.begin = SkipProperties(scanned_, place.begin, place.end);
    const std::string_view value(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const Style style = StyleOf(scalar.style);
    const ScalarPlaces places = FindPlaces(scanned_, place, style, value);
    NoteScalar(place, places, style);

    Node* node = arena_.New<Node>();
    node->weight += value.size() / 32;
    Text& text = node->text;
    text.style = style;
    text.is_present = true;
    text.source = layer_.SourceOf(place.begin, places.end);
    if (place.begin == places.end) text.source = PointAt(place.begin);
    text.value = ValueOf(places, value);
    PlacePieces(places, text);
    ReadTag(View(scalar.tag), *node);
    RefuseQuestionMark(place, text);
    SetAnchor(scalar.anchor, node);
    AddItem({node, {}}, node->weight);
  }

  // Between brackets libyaml takes `why?` for text, Go's port ends the text before the `?`.
  void RefuseQuestionMark(Source place, const Text& text) {
    if (text.style != Style::kPlain || open_.empty() || !open_.back().is_flow) return;
    const std::size_t at = text.value.find('?', 1);
    if (at == std::string_view::npos) return;
    const std::size_t mark = scanned_.find('?', place.begin + 1);
    Fail(ProblemClass::kSyntax, layer_.SourceOf(mark, mark + 1),
         "text with a `?` needs quotes between brackets");
  }

  Source PointAt(std::uint32_t at) const {
    const std::uint32_t offset = layer_.SourceOffset(at);
    return {offset, offset};
  }

  // What the scanner decoded, with the bytes of the layer where others were scanned.
  std::string_view ValueOf(const ScalarPlaces& places, std::string_view value) {
    if (places.pieces.empty()) return layer_.value.substr(places.body, value.size());
    if (scanned_.data() == layer_.value.data()) return arena_.Copy(value);
    std::string own(value);
    for (const Piece& piece : places.pieces) {
      if (piece.is_verbatim == 1)
        own.replace(piece.decoded, piece.length, layer_.value, piece.source, piece.length);
    }
    return arena_.Copy(own);
  }

  void PlacePieces(const ScalarPlaces& places, Text& text) {
    if (places.pieces.empty() && layer_.pieces.empty()) {
      text.body = layer_.body + places.body;
      return;
    }
    std::vector<Piece> pieces = places.pieces;
    text.body = layer_.SourceOffset(places.body);
    if (pieces.empty()) {
      if (text.value.empty()) return;
      pieces.push_back(
          {0, places.body, static_cast<std::uint32_t>(text.value.size()) & 0x7FFFFFFF, 1});
    }
    if (!layer_.pieces.empty() || layer_.body != 0) pieces = Compose(layer_, pieces);
    Piece* copy = arena_.Array<Piece>(pieces.size());
    std::ranges::copy(pieces, copy);
    text.pieces = {copy, pieces.size()};
  }

  // Remembers what is no place for comments; a block's header line is one.
  void NoteScalar(Source place, const ScalarPlaces& places, Style style) {
    if (style != Style::kLiteral && style != Style::kFolded) {
      scalars_.push_back(place);
      return;
    }
    const std::size_t header_end = scanned_.find_first_of("\r\n", place.begin);
    const auto begin = static_cast<std::uint32_t>(std::min(header_end, std::size_t{places.end}));
    scalars_.push_back({begin, places.end});
  }

  void ReadTag(std::string_view tag, Node& node) {
    Text& text = node.text;
    if (tag.empty() || tag == "!") {
      if (text.style != Style::kPlain) return;
      text.type = TypeOfPlain(text.value);
      node.is_merge_key = text.value == "<<";
      return;
    }
    const bool is_known = tag.starts_with(kTagPrefix);
    const std::string_view name = is_known ? tag.substr(kTagPrefix.size()) : tag;
    if (name == "str" && is_known) return;
    if (name == "binary" && is_known) {
      if (const auto bytes = DecodeBase64(text.value)) {
        text.value = arena_.Copy(*bytes);
        const std::uint32_t length = text.source.end - text.source.begin;
        text.pieces = {arena_.New<Piece>(Piece{0, text.source.begin, length & 0x7FFFFFFF, 0}), 1};
      } else {
        node.wrong_tag = arena_.Copy(name);
      }
      return;
    }
    node.is_merge_key = is_known && name == "merge" && text.value == "<<";
    if (!is_known || !IsResolved(name)) return;  // any text may have any other tag
    text.type = TypeOfPlain(text.value);
    if (!Fits(name, text.type)) node.wrong_tag = arena_.Copy(name);
  }

  static bool IsResolved(std::string_view name) {
    return name == "int" || name == "float" || name == "bool" || name == "null" ||
           name == "timestamp";
  }

  static bool Fits(std::string_view name, YamlType type) {
    switch (type) {
      case YamlType::kString:
        return false;
      case YamlType::kInteger:
        return name == "int" || name == "float";
      case YamlType::kFloat:
        return name == "float";
      case YamlType::kBoolean:
        return name == "bool";
      case YamlType::kNull:
        return name == "null";
      case YamlType::kTimestamp:
        return name == "timestamp";
    }
    return false;
  }

  void SetAnchor(const yaml_char_t* anchor, Node* node) {
    if (anchor != nullptr) anchors_[std::string(View(anchor))] = node;
  }

  // `start` is the event's data of a sequence or mapping.
  template <class Start>
  void OpenNode(Node::Kind kind, const yaml_event_t& event, const Start& start) {
    Node* node = arena_.New<Node>();
    node->kind = kind;
    node->is_open = true;
    std::uint32_t begin = PlaceOf(event).begin;
    if (start.anchor != nullptr || start.tag != nullptr) {
      const auto end = static_cast<std::uint32_t>(scanned_.size());
      begin = SkipProperties(scanned_, begin, end);
    }
    node->text.source = PointAt(begin);
    SetAnchor(start.anchor, node);
    const bool is_flow = static_cast<int>(start.style) == kFlowStyle;
    open_.push_back({node, items_.size(), is_flow});
    if (open_.size() > limits_.max_depth) {
      Fail(
          ProblemClass::kTooDeep, node->text.source,
          "lists and mappings are nested more than " + std::to_string(limits_.max_depth) + " deep");
    }
  }

  void CloseNode(std::uint32_t end) {
    const Open open = open_.back();
    open_.pop_back();
    Node& node = *open.node;
    std::size_t count = items_.size() - open.first_item;
    if (node.kind == Node::Kind::kMapping) count -= count % 2;  // a key without its value: cut
    Item* copy = arena_.Array<Item>(count);
    std::copy_n(items_.begin() + static_cast<std::ptrdiff_t>(open.first_item), count, copy);
    node.items = {copy, count};
    items_.resize(open.first_item);
    node.is_open = false;
    SetSource(node, open.is_flow && !node.is_cut ? end : 0);
    AddItem({&node, {}}, node.weight);
  }

  // libyaml lets block collections end where the next thing begins; what counts is the last value.
  // `flow_end` is the offset behind the closing bracket, 0 when there is none.
  void SetSource(Node& node, std::uint32_t flow_end) {
    Source& source = node.text.source;
    source.end = source.begin;
    for (const Item& item : node.items) {
      const Source place = item.alias.empty() ? item.node->text.source : item.alias;
      source.end = std::max(source.end, place.end);
    }
    if (flow_end > 0)
      source.end = std::max(source.end, layer_.SourceOf(flow_end - 1, flow_end).end);
  }

  void AddItem(Item item, std::uint64_t weight) {
    if (open_.empty()) {
      stream_.documents.push_back(item);
      return;
    }
    items_.push_back(item);
    open_.back().node->weight += weight;
  }

  void AddAlias(const yaml_event_t& event) {
    const Source place = PlaceOf(event);
    const Source source = layer_.SourceOf(place.begin, place.end);
    const std::string name(View(event.data.alias.anchor));
    const auto found = anchors_.find(name);
    if (found == anchors_.end())
      return Fail(ProblemClass::kAlias, source,
                  "no anchor `&" + name + "` stands before its alias");
    if (found->second->is_open)
      return Fail(ProblemClass::kAlias, source, "anchor `&" + name + "` would contain itself");
    stream_.aliased += found->second->weight;
    if (stream_.aliased > limits_.max_aliased) {
      return Fail(ProblemClass::kTooManyAliases, source,
                  "aliases stand for more than " + std::to_string(limits_.max_aliased) + " values");
    }
    AddItem({found->second, source}, found->second->weight);
  }

  void Fail(ProblemClass cls, Source source, std::string message) {
    if (stream_.error) return;
    stream_.error = Problem{cls, source, std::move(message), {}, {}, {}, {}};
  }

  void FailSyntax(const yaml_parser_t& parser) {
    if (parser.error == YAML_READER_ERROR) {
      const auto at = static_cast<std::uint32_t>(std::min(parser.problem_offset, scanned_.size()));
      const bool is_control =
          View(reinterpret_cast<const yaml_char_t*>(parser.problem)).starts_with("control");
      return Fail(ProblemClass::kEncoding, PointAt(at),
                  is_control ? "control characters are not allowed in YAML" : "not valid UTF-8");
    }
    if (parser.error == YAML_MEMORY_ERROR)
      return Fail(ProblemClass::kTooLarge, {}, "no memory left to read it");
    std::string message = parser.problem != nullptr ? parser.problem : "this is no YAML";
    if (parser.context != nullptr) message += std::string(" ") + parser.context;
    Fail(ProblemClass::kSyntax, PointAt(cursor_.At(parser.problem_mark.index)), std::move(message));
    if (parser.context != nullptr && parser.context_mark.index != parser.problem_mark.index)
      stream_.error->related.push_back(PointAt(cursor_.At(parser.context_mark.index)));
  }

  void CutOpenNodes() {
    while (!open_.empty()) {
      open_.back().node->is_cut = true;
      CloseNode(0);
    }
  }

  // A `#` outside of scalars begins a comment: neither anchors nor tags can hold one. What stands
  // behind an error, or the last scalar before it, is not known to be one.
  void FindComments() {
    const std::string_view text = scanned_;
    std::size_t at = 0;
    const auto scan = [&](std::size_t until) {
      RefuseByteOrderMark(at, until);
      for (;;) {
        const std::size_t hash = text.substr(0, until).find('#', at);
        if (hash == std::string_view::npos) return;
        at = std::min(text.find_first_of("\r\n", hash), text.size());
        stream_.comments.push_back(
            {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(at)});
      }
    };
    for (const Source& scalar : scalars_) {
      scan(scalar.begin);
      at = std::max<std::size_t>(at, scalar.end);
    }
    if (!stream_.error) scan(stream_.next_document ? stream_.next_document->begin : text.size());
  }

  // libyaml passes over byte order marks at the beginning of lines, Go's port takes them for text.
  void RefuseByteOrderMark(std::size_t begin, std::size_t end) {
    const std::size_t mark = scanned_.substr(0, end).find(kByteOrderMark, begin);
    if (mark == std::string_view::npos || mark == 0 || stream_.error) return;
    const bool starts_line = scanned_[mark - 1] == '\n' || scanned_[mark - 1] == '\r';
    if (starts_line)
      Fail(ProblemClass::kEncoding, layer_.SourceOf(mark, mark + kByteOrderMark.size()),
           "a byte order mark in the middle of the file");
  }

  const Text& layer_;
  std::string_view scanned_;
  const YamlLimits& limits_;
  Arena& arena_;
  ByteCursor cursor_;
  YamlStream stream_;
  std::vector<Open> open_;
  std::vector<Item> items_;  // of all open collections, innermost last
  std::vector<Source> scalars_;
  std::unordered_map<std::string, Node*> anchors_;
};

}  // namespace

YamlStream ReadYaml(const Text& layer, const YamlLimits& limits, Arena& arena) {
  constexpr int kMost = 8;  // each try reads the whole text
  std::string_view scanned = layer.value;
  const bool is_whole_file = layer.pieces.empty() && layer.body == 0;
  for (int tries = 0;; ++tries) {
    YamlStream stream = TreeBuilder(layer, scanned, limits, arena).Run();
    if (!stream.error || tries == kMost || !is_whole_file) return stream;
    const auto mended = Mend(scanned, *stream.error);
    if (!mended) return stream;
    scanned = arena.Copy(*mended);
  }
}

}  // namespace promql::rulefile
