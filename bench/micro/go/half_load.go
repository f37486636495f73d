package main

import (
	"math/bits"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// latencies is what one receiver measured; see open_loop.hpp, which does the same.
type latencies struct {
	buckets [320]uint64
	count   uint64
}

var clockBegan = time.Now()

func nanoseconds() uint64 { return uint64(time.Since(clockBegan)) + 1 }

func (all *latencies) handled(due uint64) {
	if due != 0 {
		all.buckets[bucketOf(nanoseconds()-due)]++
	}
	atomic.AddUint64(&all.count, 1)
}

func bucketOf(took uint64) int {
	if took == 0 {
		return 0
	}
	power := bits.Len64(took) - 1
	rest := took << 3 >> power & 7
	if bucket := power*8 + int(rest); bucket < 320 {
		return bucket
	}
	return 319
}

func halfLoad(share float64) func(float64) float64 {
	return func(seconds float64) float64 {
		const receivers, burst = 100, 50_000
		var measured [receivers]latencies
		var mailboxes [receivers]chan uint64
		for i := range mailboxes {
			mailboxes[i] = make(chan uint64, 1000)
			go func(mailbox <-chan uint64, measured *latencies) {
				for due := range mailbox {
					measured.handled(due)
				}
			}(mailboxes[i], &measured[i])
		}
		// A thread of its own sleeps to the microsecond; the runtime's timers do not.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		const setTimerSlack = 29
		syscall.RawSyscall(syscall.SYS_PRCTL, setTimerSlack, 1, 0)
		sent := uint64(0)
		put := func(due uint64) {
			mailboxes[sent%receivers] <- due
			sent++
		}
		waitUntilHandled := func() {
			for {
				sum := uint64(0)
				for i := range measured {
					sum += atomic.LoadUint64(&measured[i].count)
				}
				if sum == sent {
					return
				}
				runtime.Gosched()
			}
		}
		began := nanoseconds()
		half := uint64(seconds / 2 * 1e9)
		for nanoseconds()-began < half {
			for i := 0; i < 10*receivers; i++ {
				put(0)
			}
		}
		waitUntilHandled()
		perNs := float64(sent) / float64(nanoseconds()-began)

		already := sent
		began = nanoseconds()
		for due := uint64(burst); due < 2*half; due += burst {
			if now := nanoseconds(); now < began+due {
				rest := syscall.NsecToTimespec(int64(began + due - now))
				syscall.Nanosleep(&rest, nil)
			}
			for wanted := uint64(float64(due) * perNs / 2); sent-already < wanted; {
				put(began + due)
			}
		}
		waitUntilHandled()

		var sum [320]uint64
		total := uint64(0)
		for i := range measured {
			for bucket, count := range measured[i].buckets {
				sum[bucket] += count
				total += count
			}
		}
		below := uint64(0)
		for bucket, count := range sum {
			below += count
			if below > uint64(share*float64(total)) {
				return float64(uint64(1)<<(bucket/8)) * (1 + float64(bucket%8+1)/8) / 1000
			}
		}
		return 0
	}
}
