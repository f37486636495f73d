// Everything of the library in one include.
#pragma once

#include <troupe/actor.hpp>
#include <troupe/ask_error.hpp>
#include <troupe/batch.hpp>
#include <troupe/cancellation.hpp>
#include <troupe/clock.hpp>
#include <troupe/correlation.hpp>
#include <troupe/dead_letter.hpp>
#include <troupe/inspect.hpp>
#include <troupe/io/acceptor.hpp>
#include <troupe/io/byte_stream.hpp>
#include <troupe/message.hpp>
#include <troupe/monitor.hpp>
#include <troupe/offload.hpp>
#include <troupe/random.hpp>
#include <troupe/ref.hpp>
#include <troupe/send.hpp>
#include <troupe/span.hpp>
#include <troupe/spawn_options.hpp>
#include <troupe/stall.hpp>
#include <troupe/stream.hpp>
#include <troupe/stream_end.hpp>
#include <troupe/supervision.hpp>
#include <troupe/system.hpp>
#include <troupe/task.hpp>
#include <troupe/when.hpp>
