// pub_sub: publish and subscribe. A topic has subscribers of any kind, each known by the message it
// handles and nothing else; one that has stopped is taken off without having to say goodbye.
#include <iostream>
#include <string>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct news {
  std::string headline;
};
struct everything {
  using reply = std::string;
};
class reader final : public troupe::actor {
 public:
  void on(news m) { read_ += " " + m.headline; }
  std::string on(everything) { return read_; }

 private:
  std::string read_;
};

class skimmer final : public troupe::actor {
 public:
  void on(news m) { newest_ = " " + m.headline; }
  std::string on(everything) { return newest_; }

 private:
  std::string newest_;
};

int main() {
  troupe::system system;
  const auto anna = system.spawn<reader>();
  const auto ben = system.spawn<skimmer>();

  const troupe::topic<news> weather;  // copies of it are the same topic
  weather.subscribe(anna);
  weather.subscribe(ben);

  std::cout << "sent to " << weather.publish({"rain"}).delivered << '\n';
  // Ben's copy is in his mailbox by now, so this question comes behind it.
  std::cout << "ben read:" << system.ask(ben, everything{}, 10s).value() << '\n';

  ben.stop();
  system.wait_stopped(ben, 10s);
  std::cout << "sent to " << weather.publish({"sun"}).delivered << '\n';
  std::cout << "anna read:" << system.ask(anna, everything{}, 10s).value() << '\n';
}
