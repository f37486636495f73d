// pub_sub: publish and subscribe, by hand. A topic keeps references to its subscribers and tells
// each of them. It knows them by a base class, so they may be of any kind; it monitors them, so one
// that has stopped is forgotten without having to say goodbye.
#include <iostream>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct news {
  std::string headline;
};

class subscriber : public troupe::actor {
 public:
  virtual void on(news) = 0;
};

struct subscribe {
  troupe::ref<subscriber> who;
};
struct publish {
  using reply = std::size_t;  // how many it was sent to
  news what;
};

class topic final : public troupe::actor {
 public:
  void on(subscribe m) {
    monitor(m.who);
    subscribers_.push_back(m.who);
  }
  std::size_t on(publish m) {
    for (const auto& each : subscribers_) each.tell(m.what);
    return subscribers_.size();
  }
  void on(troupe::terminated m) {
    std::erase_if(subscribers_, [&](const auto& each) { return each.id() == m.who; });
  }

 private:
  std::vector<troupe::ref<subscriber>> subscribers_;
};

struct everything {
  using reply = std::string;
};

class reader final : public subscriber {
 public:
  void on(news m) override { read_ += " " + m.headline; }
  std::string on(everything) { return read_; }

 private:
  std::string read_;
};

int main() {
  troupe::system system;
  const auto weather = system.spawn<topic>();
  const auto anna = system.spawn<reader>();
  const auto ben = system.spawn<reader>();
  weather.tell(subscribe{anna});
  weather.tell(subscribe{ben});

  std::cout << "sent to " << system.ask(weather, publish{{"rain"}}, 10s).value() << '\n';
  // Ben's copy is in his mailbox by now, so this question comes behind it.
  std::cout << "ben read:" << system.ask(ben, everything{}, 10s).value() << '\n';

  ben.stop();
  system.wait_stopped(ben, 10s);
  std::cout << "sent to " << system.ask(weather, publish{{"sun"}}, 10s).value() << '\n';
  std::cout << "anna read:" << system.ask(anna, everything{}, 10s).value() << '\n';
}
