#include "protocol/client/emulation.hpp"

#include <limits>
#include <utility>

#include <google/protobuf/stubs/logging.h>

#include "client.pb.h"
#include "protocol/json_fields.hpp"

namespace troupe::protocol {
namespace {

std::expected<emulation_request, errc> decode_protobuf(std::string_view body) {
  const google::protobuf::LogSilencer silence;
  if (body.empty()) return std::unexpected(errc::empty);
  pb::EmulationRequest message;
  if (body.size() > std::numeric_limits<int>::max() ||
      !message.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return std::unexpected(errc::malformed);
  }
  return emulation_request{std::move(*message.mutable_session()),
                           std::move(*message.mutable_node()), std::move(*message.mutable_data())};
}

std::expected<emulation_request, errc> decode_json(std::string_view body) {
  if (const auto checked = check_json(body); !checked) return std::unexpected(checked.error());
  const simdjson::padded_string padded(body);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  auto error = parser.iterate(padded).get(document);
  if (!error) error = document.get_object().get(object);
  emulation_request request;
  if (!error) {
    error = json::for_each_field(object, [&](std::string_view name, json::value& content) {
      if (name == "session") return json::read(content, request.session);
      if (name == "node") return json::read(content, request.node);
      if (name == "data") return json::read(content, request.data);
      return simdjson::SUCCESS;
    });
  }
  if (error) return std::unexpected(json::translate(error));
  return request;
}

}  // namespace

std::expected<emulation_request, errc> decode_emulation(encoding as, std::string_view body) {
  return as == encoding::protobuf ? decode_protobuf(body) : decode_json(body);
}

}  // namespace troupe::protocol
