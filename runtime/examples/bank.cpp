// bank: errors and supervision. An error that the asker can act on is a value in the reply. An
// exception is a failure: it ends that one message, and the rules given at spawn decide whether the
// account goes on (resume), begins anew (restart) or is gone (stop). Nobody else notices.
#include <expected>
#include <iostream>
#include <stdexcept>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

enum class bank_error { overdrawn };

struct deposit {
  using reply = int;  // the new balance
  int amount;
};
struct withdraw {
  using reply = std::expected<int, bank_error>;
  int amount;
};

class account final : public troupe::actor {
 public:
  explicit account(int opening) : balance_(opening) {}

  int on(deposit m) {
    if (m.amount < 0) throw std::invalid_argument("a negative deposit");
    if (m.amount == 666) throw std::runtime_error("the ledger is damaged");
    return balance_ += m.amount;
  }
  std::expected<int, bank_error> on(withdraw m) {
    if (m.amount > balance_) return std::unexpected(bank_error::overdrawn);
    return balance_ -= m.amount;
  }

 private:
  int balance_;
};

troupe::directive by_kind(const troupe::failure& failed) {
  try {
    std::rethrow_exception(failed.error);
  } catch (const std::invalid_argument&) {
    return troupe::directive::resume;  // a bad request: the balance is still good
  } catch (...) {
    return troupe::directive::restart;
  }
}

int main() {
  troupe::system system;
  const troupe::supervision rules{
      .decide = by_kind, .restarts_max = 1, .when_exceeded = troupe::directive::stop};
  auto mine = system.spawn<account>(troupe::spawn_options{.on_failure = rules}, 100);

  const auto pay_in = [&](int amount) {
    const auto balance = system.ask(mine, deposit{amount}, 10s);
    std::cout << "deposit " << amount << ": ";
    if (balance) std::cout << "balance " << *balance << '\n';
    if (!balance) std::cout << balance.error().describe() << '\n';
  };

  pay_in(50);
  const auto refused = system.ask(mine, withdraw{1000}, 10s);
  if (!refused && refused.error().answer()) std::cout << "withdraw 1000: overdrawn\n";

  pay_in(-5);   // resume: the message is lost, the balance is kept
  pay_in(1);    // 151
  pay_in(666);  // restart: a new account from the arguments of spawn(), behind the same ref
  pay_in(1);    // 101
  pay_in(666);  // a second restart within the window is one too many: stop
  pay_in(1);
}
