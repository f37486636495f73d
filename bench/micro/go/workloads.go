package main

import (
	"math/rand"
	"time"
)

// --- a circle of goroutines

// circle gives a function that sends `tokens` tokens around `size` goroutines, hops in all.
func circle(size, tokens int) func(uint64) {
	finished := make(chan struct{}, tokens)
	mailboxes := make([]chan uint64, size)
	for i := range mailboxes {
		mailboxes[i] = make(chan uint64, 1)
	}
	node := func(mailbox <-chan uint64, next chan<- uint64) {
		for hopsLeft := range mailbox {
			if hopsLeft == 0 {
				finished <- struct{}{}
			} else {
				next <- hopsLeft - 1
			}
		}
	}
	rand.New(rand.NewSource(1)).Shuffle(size, func(i, j int) {
		mailboxes[i], mailboxes[j] = mailboxes[j], mailboxes[i]
	})
	for i := range mailboxes {
		go node(mailboxes[i], mailboxes[(i+1)%size])
	}
	return func(count uint64) {
		for i := 0; i < tokens; i++ {
			mailboxes[i*size/tokens] <- count / uint64(tokens)
		}
		for i := 0; i < tokens; i++ {
			<-finished
		}
	}
}

func hops(size, tokens int) func(float64) float64 {
	return func(seconds float64) float64 {
		return perSecond(circle(size, tokens), seconds, uint64(2*size), noMax)
	}
}

// --- a hundred to one

const senders = 100
const messagesMax = senders * 20_000

func fanIn(capacity int) func(float64) float64 {
	return func(seconds float64) float64 {
		mailbox := make(chan uint64, capacity)
		run := func(count uint64) {
			for i := 0; i < senders; i++ {
				go func() {
					for i := uint64(0); i < count/senders; i++ {
						mailbox <- i
					}
				}()
			}
			sum := uint64(0)
			for missing := count / senders * senders; missing > 0; missing-- {
				sum += <-mailbox
			}
		}
		return perSecond(run, seconds, senders, messagesMax)
	}
}

// --- requests

type add struct {
	amount uint64
	reply  chan uint64
}

// askers gives a function that has `count` goroutines ask one, each waiting for its reply. A
// goroutine that waits for every reply can use one channel for all of them.
func askers(count int) func(uint64) {
	mailbox := make(chan add, 1000)
	go func() {
		sum := uint64(0)
		for m := range mailbox {
			sum += m.amount
			m.reply <- sum
		}
	}()
	finished := make(chan struct{}, count)
	return func(times uint64) {
		for i := 0; i < count; i++ {
			go func() {
				reply := make(chan uint64, 1)
				for i := uint64(0); i < times/uint64(count); i++ {
					mailbox <- add{i, reply}
					<-reply
				}
				finished <- struct{}{}
			}()
		}
		for i := 0; i < count; i++ {
			<-finished
		}
	}
}

func asks(count int) func(float64) float64 {
	return func(seconds float64) float64 {
		return perSecond(askers(count), seconds, 100, noMax)
	}
}

func spawns(times uint64) {
	for i := uint64(0); i < times; i++ {
		mailbox := make(chan add, 1)
		go func() {
			m := <-mailbox
			m.reply <- m.amount + 1
		}()
		reply := make(chan uint64, 1)
		mailbox <- add{i, reply}
		<-reply
	}
}

// --- streams and timers

func streamItems(count uint64) {
	items := make(chan uint64, 64)
	go func() {
		for i := uint64(0); i < count; i++ {
			items <- i
		}
		close(items)
	}()
	came := uint64(0)
	for range items {
		came++
	}
	if came != count {
		panic("items were lost")
	}
}

func timers(times uint64) {
	var set [1000]*time.Timer
	for done := uint64(0); done < times; done += uint64(len(set)) {
		for i := range set {
			set[i] = time.AfterFunc(time.Hour, func() { panic("too late") })
		}
		for _, each := range set {
			if !each.Stop() {
				panic("had fired")
			}
		}
	}
}

// --- idle

func idleActorBytes(seconds float64) float64 {
	if seconds > 1 {
		seconds = 1
	}
	count := int(200_000 * seconds)
	mailboxes := make([]chan struct{}, count)
	finished := make(chan struct{}, 1000)
	before := residentBytes()
	for i := range mailboxes {
		mailbox := make(chan struct{}, 1)
		mailboxes[i] = mailbox
		go func() {
			for range mailbox {
				finished <- struct{}{}
			}
		}()
		mailbox <- struct{}{}
		<-finished
	}
	bytes := (residentBytes() - before) / float64(count)
	for _, each := range mailboxes {
		close(each)
	}
	return bytes
}
