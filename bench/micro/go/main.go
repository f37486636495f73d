// The workloads on Go: a goroutine is an actor, a channel its mailbox.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

// perSecond gives the operations per second of run(count); see measure.hpp, which does the same.
func perSecond(run func(uint64), seconds float64, first, runMax uint64) float64 {
	timed := func(count uint64) float64 {
		began := time.Now()
		run(count)
		return time.Since(began).Seconds()
	}
	count := first
	took := timed(count)
	for took < seconds/4 && count < runMax {
		count *= 2
		if count > runMax {
			count = runMax
		}
		took = timed(count)
	}
	wanted := uint64(float64(count) * seconds / took)
	if wanted > runMax {
		wanted = runMax
	}
	wanted = wanted / first * first
	if wanted < first {
		wanted = first
	}
	done, total := uint64(0), 0.0
	for total < seconds*0.7 {
		total += timed(wanted)
		done += wanted
	}
	return float64(done) / total
}

const noMax = uint64(1) << 40

func allocationsPer(run func(uint64), count uint64) float64 {
	var before, after runtime.MemStats
	run(count)
	runtime.ReadMemStats(&before)
	run(count)
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(count)
}

func residentBytes() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	var size, resident int
	fmt.Sscan(string(text), &size, &resident)
	return float64(resident) * float64(os.Getpagesize())
}

type workload struct {
	name  string
	value func(seconds float64) float64
}

func main() {
	runtime.GOMAXPROCS(2)
	all := []workload{
		{"pingpong_hops_per_s", hops(2, 1)},
		{"fanin_msgs_per_s", fanIn(messagesMax)},
		{"fanin_bounded_msgs_per_s", fanIn(1000)},
		{"asks_per_s", asks(1)},
		{"ring_hops_per_s", hops(1000, 1)},
		{"spawn_reply_exit_per_s", func(seconds float64) float64 {
			return perSecond(spawns, seconds, 100, noMax)
		}},
		{"idle_actor_bytes", idleActorBytes},
		{"commands_per_s", asks(100)},
		{"stream_items_per_s", func(seconds float64) float64 {
			return perSecond(streamItems, seconds, 100, noMax)
		}},
		{"timers_per_s", func(seconds float64) float64 {
			return perSecond(timers, seconds, 1000, noMax)
		}},
		{"actors_1e2_hops_per_s", hops(100, 10)},
		{"actors_1e3_hops_per_s", hops(1000, 100)},
		{"actors_1e4_hops_per_s", hops(10_000, 1000)},
		{"actors_1e5_hops_per_s", hops(100_000, 10_000)},
		{"actors_1e6_hops_per_s", hops(1_000_000, 100_000)},
		{"half_load_p50_us", halfLoad(0.5)},
		{"half_load_p99_us", halfLoad(0.99)},
		{"half_load_p999_us", halfLoad(0.999)},
		{"allocations_per_hop", func(float64) float64 {
			return allocationsPer(circle(2, 1), 100_000)
		}},
		{"allocations_per_ask", func(float64) float64 {
			return allocationsPer(askers(1), 100_000)
		}},
		{"allocations_per_spawn", func(float64) float64 {
			return allocationsPer(spawns, 20_000)
		}},
	}
	if len(os.Args) == 2 && os.Args[1] == "list" {
		for _, each := range all {
			fmt.Println(each.name)
		}
		return
	}
	if len(os.Args) == 3 {
		seconds, err := strconv.ParseFloat(os.Args[2], 64)
		for _, each := range all {
			if each.name == os.Args[1] && err == nil && seconds > 0 {
				fmt.Printf("{\"workload\": %q, \"value\": %g}\n", each.name, each.value(seconds))
				return
			}
		}
	}
	fmt.Fprintf(os.Stderr, "usage: %s list | WORKLOAD SECONDS\n", os.Args[0])
	os.Exit(2)
}
