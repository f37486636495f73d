// history_fixture.hpp — what the tests of history_suite.hpp are made of.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/random.hpp>
#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

#include "ports/history.hpp"
#include "tests/conformance/ports/history_caller.hpp"
#include "tests/conformance/ports/history_model.hpp"

namespace troupe::conformance {

struct history_adapter {
  std::string name;
  /// An empty history. It may run actors in the system, which outlives it. What else it needs, a
  /// file say, it or the pointer's deleter takes away again.
  std::function<std::shared_ptr<ports::history>(troupe::system&)> make;

  friend std::ostream& operator<<(std::ostream& out, const history_adapter& adapter) {
    return out << adapter.name;
  }
};

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

inline std::string adapter_name(const testing::TestParamInfo<history_adapter>& adapter) {
  return adapter.param.name;
}

class history_suite : public testing::TestWithParam<history_adapter> {
 protected:
  static constexpr duration call_deadline = std::chrono::seconds(10);
  static constexpr ports::history_limits limits{
      .size = 10, .ttl = std::chrono::minutes(1), .meta_ttl = std::chrono::hours(1)};

  protocol::stream_position append(const std::string& channel, protocol::publication publication,
                                   ports::history_limits with = limits) {
    const auto result = append_if(channel, std::move(publication), {}, with);
    EXPECT_EQ(result.what, ports::append_result::outcome::appended);
    return result.position;
  }
  ports::append_result append_if(const std::string& channel, protocol::publication publication,
                                 ports::append_conditions conditions,
                                 ports::history_limits with = limits) {
    return world_.system()
        .ask(caller_,
             append_history{core::channel_name(channel), std::move(publication), with,
                            std::move(conditions), now_},
             call_deadline)
        .value();
  }
  ports::append_result append_keyed(const std::string& channel, const std::string& key) {
    protocol::publication publication;
    publication.data = key;
    return append_if(channel, std::move(publication), {.idempotency_key = key});
  }
  ports::append_result append_version(const std::string& channel, std::uint64_t version,
                                      const std::string& epoch = "") {
    protocol::publication publication;
    publication.data = epoch + std::to_string(version);
    return append_if(channel, std::move(publication), {.version = version, .version_epoch = epoch});
  }
  protocol::stream_position append(const std::string& channel, const std::string& data,
                                   ports::history_limits with = limits) {
    protocol::publication publication;
    publication.data = data;
    return append(channel, std::move(publication), with);
  }
  /// Publications 1..count, each with its offset as its data.
  void append_numbered(const std::string& channel, std::uint64_t count) {
    for (std::uint64_t i = 1; i <= count; ++i) append(channel, std::to_string(i));
  }
  ports::history_page read(const std::string& channel, ports::history_filter filter = {},
                           ports::history_limits with = limits) {
    return world_.system()
        .ask(caller_, read_history{core::channel_name(channel), filter, with, now_}, call_deadline)
        .value();
  }
  std::vector<std::uint64_t> offsets(const std::string& channel,
                                     ports::history_filter filter = {}) {
    std::vector<std::uint64_t> found;
    for (const auto& publication : read(channel, filter).publications) {
      EXPECT_EQ(publication.data, std::to_string(publication.offset));
      found.push_back(publication.offset);
    }
    return found;
  }
  void remove(const std::string& channel) {
    world_.system()
        .ask(caller_, remove_history{core::channel_name(channel), now_}, call_deadline)
        .value();
  }
  void sweep() {
    store_->sweep(now_);
    world_.settle();
  }
  void advance(duration length) { now_ += length; }

  using offset_list = std::vector<std::uint64_t>;

  /// A channel beside its model.
  struct modelled {
    std::string name;
    history_model model;
    std::map<int, std::string> epochs;  // by the model's generation
  };
  void one_random_call(modelled& channel, random_source& random) {
    const ports::history_limits with{.size = 1 + random.below(6),
                                     .ttl = std::chrono::milliseconds(1 + random.below(500)),
                                     .meta_ttl = std::chrono::milliseconds(random.below(2000))};
    const std::uint64_t choice = random.below(10);
    if (choice < 4) {
      append_to_both(channel, with, random);
    } else if (choice < 7) {
      read_from_both(channel, with, random);
    } else if (choice == 7) {
      remove(channel.name);
      channel.model.remove(now_);
    } else if (choice == 8) {
      sweep();
    } else {
      advance(std::chrono::milliseconds(random.below(800)));
    }
  }

  int names_given_ = 0;

 private:
  void append_to_both(modelled& channel, const ports::history_limits& with, random_source& random) {
    const std::string data = std::to_string(random.next());
    const auto position = append(channel.name, data, with);
    EXPECT_EQ(position.offset, channel.model.append(data, with, now_));
    expect_epoch(channel, position.epoch);
  }
  void read_from_both(modelled& channel, const ports::history_limits& with, random_source& random) {
    ports::history_filter filter{.reverse = random.below(2) == 0};
    if (random.below(2) == 0) filter.since_offset = random.below(30);
    if (random.below(2) == 0) filter.limit = random.below(8);
    const auto page = read(channel.name, filter, with);
    std::vector<history_model::entry> found;
    for (const auto& p : page.publications) found.push_back({p.offset, p.data});
    EXPECT_EQ(found, channel.model.read(filter, with, now_));
    EXPECT_EQ(page.top.offset, channel.model.top());
    expect_epoch(channel, page.top.epoch);
  }
  static void expect_epoch(modelled& channel, const std::string& epoch) {
    EXPECT_EQ(channel.epochs.try_emplace(channel.model.generation(), epoch).first->second, epoch);
  }

  sim::simulation world_{1};
  std::shared_ptr<ports::history> store_ = GetParam().make(world_.system());
  ref<history_caller> caller_ = world_.system().spawn<history_caller>(std::ref(*store_));
  time_point now_{std::chrono::hours(1)};
};

}  // namespace troupe::conformance
