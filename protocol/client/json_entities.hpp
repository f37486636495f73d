// json_entities.hpp — the entities that replies, pushes and API responses share, to JSON.
#pragma once

#include <string>
#include <vector>

#include "protocol/client/history.hpp"
#include "protocol/client/presence.hpp"
#include "protocol/client/presence_stats.hpp"
#include "protocol/client/publication.hpp"

namespace troupe::protocol {

void append_json(std::string& out, const client_info& info);
void append_json(std::string& out, const publication& publication);
void append_json(std::string& out, const std::vector<publication>& publications);
void append_json(std::string& out, const presence_result& result);
void append_json(std::string& out, const presence_stats_result& result);
void append_json(std::string& out, const history_result& result);

}  // namespace troupe::protocol
