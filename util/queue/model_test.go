// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/queue"
)

// script is what happens to a queue of one worker in a property test.
type script struct {
	ageing      time.Duration
	maxAttempts int
	drain       time.Duration
	begin, stop time.Duration // of Run
	steps       []step
	calls       []call // what the first, second … call does
}

type step struct {
	at       time.Duration
	key      int
	priority int
	delay    time.Duration // AddAfter if above 0
}

type call struct {
	takes  time.Duration
	result queue.Result
	pause  time.Duration // of the limiter, if it is asked
}

// story is what became of a script.
type story struct {
	Starts  []string
	Synced  time.Duration // -1 for never
	Dropped bool
	Ended   time.Duration
	Retried uint64
	GivenUp uint64
}

func randomScript(random *rand.Rand) script {
	// Odd nanoseconds keep two things from happening at the same moment, where the
	// order is nobody's promise.
	within := func(d time.Duration) time.Duration { return 1 + time.Duration(random.Int64N(int64(d))) }
	s := script{
		ageing:      []time.Duration{0, within(time.Second), within(10 * time.Second), math.MaxInt64}[random.IntN(4)],
		maxAttempts: []int{1, 2, 3, math.MaxInt}[random.IntN(4)],
		drain:       []time.Duration{0, within(10 * time.Second), queue.Forever}[random.IntN(3)],
		begin:       within(5 * time.Second),
		stop:        5*time.Second + within(40*time.Second),
	}
	keys, priorities := 1+random.IntN(12), 1+random.IntN(4)
	for range 1 + random.IntN(80) {
		st := step{at: within(40 * time.Second), key: random.IntN(keys), priority: random.IntN(priorities)}
		if random.IntN(4) == 0 {
			st.delay = within(8 * time.Second)
			st.priority = 0
		}
		s.steps = append(s.steps, st)
	}
	slices.SortFunc(s.steps, func(a, b step) int { return int(a.at - b.at) })
	for range 2000 {
		c := call{takes: within(time.Second), pause: within(4 * time.Second)}
		switch random.IntN(8) {
		case 0, 1:
			c.result.Err = errDown
		case 2:
			c.result.Err = queue.Permanent(errDown)
		case 3:
			c.result = queue.Result{Err: errDown, After: within(3 * time.Second)}
		case 4:
			c.result.After = within(20 * time.Second)
		}
		s.calls = append(s.calls, c)
	}
	return s
}

// played runs the script on a queue, in a bubble.
func played(t *testing.T, s script) story {
	t.Helper()
	got := story{Synced: -1}
	began := time.Now()
	n := 0
	limiter := &scripted{}
	q := queue.New("q", func(_ context.Context, key int) queue.Result {
		got.Starts = append(got.Starts, fmt.Sprintf("%d@%v", key, time.Since(began)))
		c := s.calls[n%len(s.calls)]
		n++
		limiter.pause = c.pause
		time.Sleep(c.takes)
		return c.result
	}, quiet(), queue.WithAgeing(s.ageing), queue.WithMaxAttempts(s.maxAttempts), queue.WithDrain(s.drain),
		queue.WithRateLimiter[int](limiter))
	var wg sync.WaitGroup
	wg.Go(func() {
		time.Sleep(s.begin)
		err := q.Run(t.Context())
		got.Dropped = errors.Is(err, queue.ErrDropped)
		got.Ended = time.Since(began)
	})
	wg.Go(func() {
		time.Sleep(s.stop)
		q.ShutDown()
	})
	wg.Go(func() {
		select {
		case <-q.Synced():
			got.Synced = time.Since(began)
		case <-q.Closed():
		}
	})
	for _, st := range s.steps {
		time.Sleep(st.at - time.Since(began))
		if st.delay > 0 {
			q.AddAfter(st.key, st.delay)
		} else {
			q.AddWithPriority(st.key, st.priority)
		}
	}
	wg.Wait()
	stats := q.Stats()
	got.Retried, got.GivenUp = stats.Retried, stats.GivenUp
	if stats.Waiting+stats.Delayed+stats.Running > 0 {
		t.Errorf("something is left: %+v", stats)
	}
	if len(limiter.asked) > 0 && s.maxAttempts == 1 {
		t.Error("limiter was asked though there is one attempt")
	}
	return got
}

// scripted is a limiter that does what the present call says.
type scripted struct {
	pause time.Duration
	asked map[int]bool
}

func (l *scripted) When(key int) time.Duration {
	if l.asked == nil {
		l.asked = map[int]bool{}
	}
	l.asked[key] = true
	return l.pause
}

func (l *scripted) Forget(key int) { delete(l.asked, key) }

// model is a queue of one worker as its documentation has it, without any of the
// means that make the real one fast: it looks at everything each time.
type model struct {
	script  script
	now     time.Duration
	line    []*entry // that wait, in the order in which they came
	levels  int      // counts places taken in a level
	delays  map[int]*delays
	running *entry
	until   time.Duration
	current call
	passed  int
	tried   map[int]int
	initial map[int]bool
	calls   int
	stopped bool
	story   story
}

type entry struct {
	key, priority, place int
	added                time.Duration
	again                *entry
}

type delays struct {
	due, retry    time.Duration
	retryPriority int
}

func (m *model) add(key, priority int, at time.Duration) {
	e := &entry{key: key, priority: priority, added: at}
	if m.running != nil && m.running.key == key {
		if a := m.running.again; a != nil {
			a.priority = max(a.priority, priority)
		} else {
			m.running.again = e
		}
		return
	}
	for _, waits := range m.line {
		if waits.key == key {
			if priority > waits.priority {
				m.levels++
				waits.priority, waits.place = priority, m.levels
			}
			return
		}
	}
	m.levels++
	e.place = m.levels
	m.line = append(m.line, e)
}

func (m *model) delaysOf(key int) *delays {
	if m.delays[key] == nil {
		m.delays[key] = &delays{due: math.MaxInt64, retry: math.MaxInt64}
	}
	return m.delays[key]
}

// take starts the entry whose turn it is.
func (m *model) take() {
	if m.running != nil || len(m.line) == 0 {
		return
	}
	best := slices.MinFunc(m.line, func(a, b *entry) int {
		if a.priority != b.priority {
			return b.priority - a.priority
		}
		return a.place - b.place
	})
	if oldest := m.line[0]; oldest == best {
		m.passed = 0
	} else if m.now-oldest.added >= m.script.ageing {
		if m.passed++; m.passed == 4 {
			best, m.passed = oldest, 0
		}
	}
	m.line = slices.DeleteFunc(m.line, func(e *entry) bool { return e == best })
	m.running = best
	m.current = m.script.calls[m.calls%len(m.script.calls)]
	m.calls++
	m.until = m.now + m.current.takes
	m.story.Starts = append(m.story.Starts, fmt.Sprintf("%d@%v", best.key, m.now))
}

func (m *model) finish() {
	e, d := m.running, m.delaysOf(m.running.key)
	m.running = nil
	if m.initial[e.key] {
		delete(m.initial, e.key)
		if len(m.initial) == 0 {
			m.story.Synced = m.now
		}
	}
	result := m.current.result
	d.retry, d.retryPriority = math.MaxInt64, e.priority
	if result.Err == nil {
		m.tried[e.key] = 0
		if result.After > 0 && !m.stopped {
			d.retry = m.now + result.After
		}
	} else {
		m.tried[e.key]++
		if queue.IsPermanent(result.Err) || m.tried[e.key] >= m.script.maxAttempts {
			m.tried[e.key] = 0
			m.story.GivenUp++
		} else {
			m.story.Retried++
			pause := m.current.pause
			if result.After > 0 {
				pause = result.After
			}
			if !m.stopped {
				d.retry = m.now + pause
			}
		}
	}
	if e.again != nil {
		m.add(e.again.key, e.again.priority, e.again.added)
	}
}

// imagined is what should become of the script.
func imagined(s script) story {
	m := &model{
		script: s, delays: map[int]*delays{}, tried: map[int]int{}, initial: map[int]bool{},
		story: story{Synced: -1},
	}
	steps := s.steps
	begun := false
	hurried := false
	for {
		// What happens next?
		next := time.Duration(math.MaxInt64)
		var happen func()
		soonest := func(at time.Duration, f func()) {
			if at < next {
				next, happen = at, f
			}
		}
		if len(steps) > 0 && !m.stopped {
			st := steps[0]
			soonest(st.at, func() {
				steps = steps[1:]
				if d := m.delaysOf(st.key); st.delay > 0 {
					d.due = min(d.due, m.now+st.delay)
				} else {
					m.add(st.key, st.priority, m.now)
				}
			})
		}
		if !begun {
			soonest(s.begin, func() { begun = true })
		}
		if !m.stopped {
			soonest(s.stop, func() {
				m.stopped = true
				m.delays = map[int]*delays{}
				if s.drain == 0 {
					m.drop()
					m.story.Dropped = false
				}
			})
		} else if s.drain > 0 && s.drain < queue.Forever && !hurried {
			soonest(s.stop+s.drain, func() {
				hurried = true
				m.drop()
			})
		}
		for key, d := range m.delays {
			soonest(d.due, func() {
				m.add(key, 0, d.due)
				d.due = math.MaxInt64
			})
			soonest(d.retry, func() {
				m.add(key, d.retryPriority, d.retry)
				d.retry = math.MaxInt64
			})
		}
		if m.running != nil {
			soonest(m.until, m.finish)
		}
		if happen == nil || m.stopped && m.running == nil && len(m.line) == 0 {
			m.story.Ended = m.now
			return m.story
		}
		m.now = next
		wasBegun := begun
		happen()
		if begun && !wasBegun {
			for _, e := range m.line {
				m.initial[e.key] = true
			}
			if len(m.initial) == 0 {
				m.story.Synced = m.now
			}
		}
		if begun {
			m.take()
		}
	}
}

func (m *model) drop() {
	m.story.Dropped = len(m.line) > 0
	m.line = nil
	if m.running != nil && m.running.again != nil {
		m.story.Dropped = true
		m.running.again = nil
	}
}

// TestQueue_matchesModel plays random scripts, with a stop at any moment, on a queue
// and on a model of it. Which key is called when, when the queue is synced, and how
// and when it ends must be the same, to the nanosecond.
func TestQueue_matchesModel(t *testing.T) {
	scripts := uint64(1000)
	if testing.Short() {
		scripts = 50
	}
	for seed := range scripts {
		s := randomScript(rand.New(rand.NewPCG(seed, 2)))
		synctest.Test(t, func(t *testing.T) {
			if diff := cmp.Diff(imagined(s), played(t, s)); diff != "" {
				t.Errorf("seed %d: mismatch (-want +got):\n%s", seed, diff)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// TestQueue_promisesHoldWithManyWorkers lets several goroutines add while several
// work. Each key has a version that its adders raise first, so a call that began
// after the last addition must have seen the last version.
func TestQueue_promisesHoldWithManyWorkers(t *testing.T) {
	for seed := range uint64(50) {
		const keys, adders, attempts = 10, 4, 3
		workers := 1 + int(seed%8)
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var version, seen, inARow [keys]int
			var busy [keys]bool
			running := 0
			random := rand.New(rand.NewPCG(seed, 3))
			intN := func(n int) int {
				mu.Lock()
				defer mu.Unlock()
				return random.IntN(n)
			}
			q := queue.New("q", func(_ context.Context, key int) queue.Result {
				mu.Lock()
				if busy[key] {
					t.Errorf("seed %d: key %d is called twice at the same time", seed, key)
				}
				if running++; running > workers {
					t.Errorf("seed %d: %d calls at the same time, want %d", seed, running, workers)
				}
				if inARow[key]++; inARow[key] > attempts {
					t.Errorf("seed %d: call %d in a row of key %d, want %d", seed, inARow[key], key, attempts)
				}
				busy[key] = true
				now := version[key]
				mu.Unlock()
				if d := intN(3); d > 0 {
					time.Sleep(time.Duration(d) * time.Millisecond)
				}
				failed := intN(3) == 0
				mu.Lock()
				defer mu.Unlock()
				busy[key] = false
				running--
				seen[key] = now
				if failed && inARow[key] < attempts {
					return queue.Result{Err: errDown}
				}
				inARow[key] = 0
				if failed {
					return queue.Result{Err: errDown}
				}
				return queue.Result{}
			}, quiet(), queue.WithConcurrency(workers), queue.WithMaxAttempts(attempts), queue.WithDrain(queue.Forever))
			var wg sync.WaitGroup
			for range adders {
				wg.Go(func() {
					for range 200 {
						key := intN(keys)
						mu.Lock()
						version[key]++
						mu.Unlock()
						switch intN(4) {
						case 0:
							q.AddAfter(key, time.Duration(intN(5))*time.Millisecond)
						case 1:
							q.AddWithPriority(key, intN(3))
						default:
							q.Add(key)
						}
						if intN(3) == 0 {
							time.Sleep(time.Millisecond)
						}
					}
				})
			}
			stop := start(t, q)
			wg.Wait()
			time.Sleep(10 * time.Millisecond) // what is delayed is due
			if err := stop(); err != nil {
				t.Errorf("seed %d: Run = %v", seed, err)
			}
			if diff := cmp.Diff(version, seen); diff != "" {
				t.Errorf("seed %d: last versions that calls saw mismatch (-want +got):\n%s", seed, diff)
			}
			if s := q.Stats(); s.Waiting+s.Delayed+s.Running > 0 {
				t.Errorf("seed %d: something is left: %+v", seed, s)
			}
		})
		if t.Failed() {
			return
		}
	}
}
