%% The workloads on Erlang/OTP: processes, and gen_server for requests. Mailboxes are unbounded.
-module(micro).
-behaviour(gen_server).
-export([main/1, init/1, handle_call/3, handle_cast/2]).

main(["list"]) ->
    [io:format("~s~n", [Name]) || {Name, _} <- workloads()],
    halt(0);
main([Name, Seconds]) ->
    case lists:keyfind(Name, 1, workloads()) of
        {Name, Measure} ->
            Value = Measure(number(Seconds)),
            io:format("{\"workload\": \"~s\", \"value\": ~.6e}~n", [Name, float(Value)]),
            halt(0);
        false -> usage()
    end;
main(_) -> usage().

usage() ->
    io:format(standard_error, "usage: micro list | WORKLOAD SECONDS~n", []),
    halt(2).

number(Text) ->
    try list_to_float(Text) catch error:badarg -> float(list_to_integer(Text)) end.

workloads() ->
    [{"pingpong_hops_per_s", hops(2, 1)},
     {"fanin_msgs_per_s", fun(S) -> per_second(fun fan_in/1, S, 100, 2000000) end},
     {"asks_per_s", fun(S) -> asks(1, S) end},
     {"ring_hops_per_s", hops(1000, 1)},
     {"spawn_reply_exit_per_s", fun(S) -> per_second(fun spawns/1, S, 100, no_max()) end},
     {"idle_actor_bytes", fun idle_actor_bytes/1},
     {"commands_per_s", fun(S) -> asks(100, S) end},
     {"timers_per_s", fun(S) -> per_second(fun timers/1, S, 1000, no_max()) end},
     {"actors_1e2_hops_per_s", hops(100, 10)},
     {"actors_1e3_hops_per_s", hops(1000, 100)},
     {"actors_1e4_hops_per_s", hops(10000, 1000)},
     {"actors_1e5_hops_per_s", hops(100000, 10000)},
     {"actors_1e6_hops_per_s", hops(1000000, 100000)}].

no_max() -> 1 bsl 40.

%% The same way as in measure.hpp. Each run is a process of its own, so that it starts with an empty
%% mailbox and a young heap.
per_second(Run, Seconds, First, Max) ->
    {Took, Count} = grow(Run, Seconds, First, Max),
    Wanted = min(Max, trunc(Count * Seconds / max(Took, 1.0e-9))) div First * First,
    add_up(Run, Seconds * 0.7, max(Wanted, First), 0, 0.0).

grow(Run, Seconds, Count, Max) ->
    Took = seconds_of(Run, Count),
    if Took < Seconds / 4, Count < Max -> grow(Run, Seconds, min(Count * 2, Max), Max);
       true -> {Took, Count}
    end.

add_up(_, Enough, _, Done, Total) when Total >= Enough -> Done / Total;
add_up(Run, Enough, Count, Done, Total) ->
    add_up(Run, Enough, Count, Done + Count, Total + seconds_of(Run, Count)).

seconds_of(Run, Count) ->
    {_, Monitor} = spawn_opt(fun() ->
        Began = erlang:monotonic_time(nanosecond),
        Run(Count),
        exit({took, (erlang:monotonic_time(nanosecond) - Began) / 1.0e9})
    end, [monitor, {message_queue_data, off_heap}]),
    receive {'DOWN', Monitor, process, _, {took, Seconds}} -> Seconds end.

%% --- a circle of processes

hops(Size, Tokens) ->
    fun(Seconds) ->
        Nodes = [spawn(fun() -> node_unlinked() end) || _ <- lists:seq(1, Size)],
        rand:seed(exsss, 1),
        Shuffled = [Pid || {_, Pid} <- lists:sort([{rand:uniform(), Pid} || Pid <- Nodes])],
        [Pid ! {link, Next} || {Pid, Next} <- lists:zip(Shuffled, tl(Shuffled) ++ [hd(Shuffled)])],
        Starts = every(Size div Tokens, Shuffled),
        Run = fun(Count) ->
            [Pid ! {Count div Tokens, self()} || Pid <- Starts],
            [receive finished -> ok end || _ <- Starts]
        end,
        per_second(Run, Seconds, 2 * Size, no_max())
    end.

every(_, []) -> [];
every(Step, [First | _] = List) -> [First | every(Step, lists:nthtail(Step, List))].

node_unlinked() -> receive {link, Next} -> node_loop(Next) end.

node_loop(Next) ->
    receive
        {0, Who} -> Who ! finished;
        {HopsLeft, Who} -> Next ! {HopsLeft - 1, Who}
    end,
    node_loop(Next).

%% --- a hundred to one

fan_in(Count) ->
    Each = Count div 100,
    Sink = self(),
    [spawn(fun() -> send_numbers(Sink, Each) end) || _ <- lists:seq(1, 100)],
    sink(Each * 100, 0).

send_numbers(_, 0) -> ok;
send_numbers(To, Left) -> To ! {number, Left}, send_numbers(To, Left - 1).

sink(0, Sum) -> Sum;
sink(Missing, Sum) -> receive {number, Value} -> sink(Missing - 1, Sum + Value) end.

%% --- requests

asks(Count, Seconds) ->
    {ok, Counter} = gen_server:start(?MODULE, 0, []),
    Run = fun(Times) ->
        Self = self(),
        [spawn(fun() -> ask(Counter, Times div Count), Self ! finished end)
         || _ <- lists:seq(1, Count)],
        [receive finished -> ok end || _ <- lists:seq(1, Count)]
    end,
    per_second(Run, Seconds, 100, no_max()).

ask(_, 0) -> ok;
ask(Counter, Left) -> _ = gen_server:call(Counter, {add, Left}), ask(Counter, Left - 1).

init(Sum) -> {ok, Sum}.
handle_call({add, Amount}, _From, Sum) -> {reply, Sum + Amount, Sum + Amount}.
handle_cast(_, Sum) -> {noreply, Sum}.

spawns(0) -> ok;
spawns(Left) ->
    Child = spawn(fun() -> receive {add, Amount, Who} -> Who ! {reply, self(), Amount + 1} end end),
    Child ! {add, Left, self()},
    receive {reply, Child, _} -> ok end,
    spawns(Left - 1).

%% --- timers

timers(Count) when Count < 1000 -> ok;
timers(Count) ->
    Set = [erlang:send_after(3600000, self(), too_late) || _ <- lists:seq(1, 1000)],
    [true = is_integer(erlang:cancel_timer(Timer)) || Timer <- Set],
    timers(Count - 1000).

%% --- idle

idle_actor_bytes(Seconds) ->
    Count = trunc(200000 * min(Seconds, 1.0)),
    Self = self(),
    Before = resident_bytes(),
    Idlers = [begin
                  Pid = spawn(fun() -> idler() end),
                  Pid ! {hello, Self},
                  receive here -> Pid end
              end || _ <- lists:seq(1, Count)],
    Bytes = (resident_bytes() - Before) / Count,
    [exit(Pid, kill) || Pid <- Idlers],
    Bytes.

idler() -> receive {hello, Who} -> Who ! here, idler() end.

resident_bytes() ->
    {ok, Text} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = string:lexemes(Text, " "),
    binary_to_integer(Pages) * 4096.
