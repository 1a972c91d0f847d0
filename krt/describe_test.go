// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

func describeGraph(t *testing.T, cs ...krt.Syncer) krt.Graph {
	t.Helper()
	g, err := krt.Describe(cs...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestDescribe_isTheWholeGraphAsAValue(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		pods := krt.NewStaticCollection(nil, sizedObjectsAsThings(20), stop, krt.WithName("pods"), krt.WithMetadata(krt.Metadata{"cluster": "east"}))
		krt.NewIndex(pods, "letters", letters)
		services := krt.NewStaticCollection(nil, []thing{{Name: "1"}, {Name: "2"}}, stop, krt.WithName("services"))
		endpoints := krt.NewCollection(services, func(ctx krt.HandlerContext, s thing) *thing {
			s.Value = uint64(len(krt.Fetch(ctx, pods, krt.FilterLabel(map[string]string{"n": s.Name}))))
			return &s
		}, stop, krt.WithName("endpoints"))
		endpoints.Register(func(krt.Event[thing]) {})
		stranger := krt.NewStaticCollection[thing](nil, nil, stop, krt.WithName("stranger"))
		synctest.Wait()
		pods.UpdateObject(thing{Name: "1", Value: 1})
		mustBeIdle(t, endpoints)

		g := describeGraph(t, pods) // whichever of them is asked
		if diff := cmp.Diff(g, describeGraph(t, endpoints, services)); diff != "" {
			t.Errorf("the graph looks different from elsewhere:\n%s", diff)
		}
		if _, there := g.Find(describe(t, stranger).ID); there || len(g.Collections) != 3 {
			t.Fatalf("%d collections, want those of the graph", len(g.Collections))
		}
		p, s, e := g.Collections[0], g.Collections[1], g.Collections[2]
		type info = krt.CollectionInfo
		want := []info{
			{
				ID: p.ID, Name: "pods", Kind: "static", Type: "krt_test.thing", Objects: 20, Synced: true, Metadata: krt.Metadata{"cluster": "east"},
				Indexes: []string{"label n", "letters"}, Counters: krt.Counters{Commits: 1, Changes: 1},
			},
			{ID: s.ID, Name: "services", Kind: "static", Type: "krt_test.thing", Objects: 2, Synced: true},
			{
				ID: e.ID, Name: "endpoints", Kind: "collection", Type: "krt_test.thing", Objects: 2, Synced: true, Reads: []uint64{s.ID, p.ID}, Handlers: 1,
				Counters: krt.Counters{
					Commits: 2, Changes: 3, Runs: 2, Calls: 3, Began: time.Now(),
					Cause: krt.Cause{Collection: "pods", ID: p.ID, Key: "1", Changes: 1},
				},
			},
		}
		if diff := cmp.Diff(want, g.Collections); diff != "" {
			t.Errorf("collections mismatch (-want +got):\n%s", diff)
		}

		text, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		var back krt.Graph
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(g, back); diff != "" {
			t.Errorf("JSON mismatch (-want +got):\n%s\nof %s", diff, text)
		}
	})
}

func TestDescribe_refusesWhatIsNoCollection(t *testing.T) {
	if _, err := krt.Describe(neverSynced{}); err == nil || !strings.Contains(err.Error(), "krt: Describe: a krt_test.neverSynced is not a collection") {
		t.Errorf("Describe() error = %v", err)
	}
	if g := describeGraph(t); len(g.Collections) != 0 || g.Collections == nil {
		t.Errorf("Describe() of nothing = %v, want an empty list", g)
	}
	if _, found := describeGraph(t).Find(1); found {
		t.Error("Find() in an empty graph")
	}
}

func TestDescribe_saysWhatIsWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		never := krt.NewStaticCollection[thing](neverSynced{}, nil, stop, krt.WithName("never"))
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop, krt.WithName("source"))
		same := func(_ krt.HandlerContext, i thing) *thing { return &i }
		derived := krt.NewCollection(never, same, stop, krt.WithName("derived"))
		below := krt.NewCollection(derived, same, stop, krt.WithName("below"))
		fetching := krt.NewCollection(source, func(ctx krt.HandlerContext, i thing) *thing {
			krt.Fetch(ctx, derived)
			return &i
		}, stop, krt.WithName("fetching"))
		gate := make(chan struct{})
		running := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { <-gate; return &i }, stop, krt.WithName("running"))
		behind := krt.NewCollection(running, same, stop, krt.WithName("behind"))
		end := make(chan struct{})
		stopped := krt.NewStaticCollection[thing](neverSynced{}, nil, krt.WithStop(end), krt.WithName("stopped"))
		orphan := krt.NewCollection(stopped, same, stop, krt.WithName("orphan"))
		synctest.Wait()
		close(end)
		synctest.Wait()
		for _, tt := range []struct {
			c    krt.Syncer
			want []string
		}{
			{never, []string{"its source, which is not synced"}},
			{source, nil},
			{derived, []string{`"never", which is not synced`}},
			{below, []string{`"derived", which is not synced`}},
			{fetching, []string{`"derived", which is not synced`}},
			{running, []string{"its run, which is under way"}},
			{behind, []string{`"running", which is not synced`}},
			{stopped, nil},
			{orphan, []string{`"stopped", which was stopped before it was synced`}},
		} {
			info := describe(t, tt.c)
			if diff := cmp.Diff(tt.want, info.Waits); diff != "" {
				t.Errorf("what %q waits for mismatch (-want +got):\n%s", info.Name, diff)
			}
		}
		table := describeGraph(t, behind).String()
		for _, want := range []string{`waits for "running", which is not synced`, "up to date"} {
			if !strings.Contains(table, want) {
				t.Errorf("the table does not say %q:\n%s", want, table)
			}
		}
		close(gate)
		synctest.Wait()
		if left := describe(t, behind).Waits; left != nil {
			t.Errorf("waits for %v, and nothing is to be waited for", left)
		}
	})
}

func TestDescribe_countsRunsCallsAndWhatTheyWereFor(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection(nil, []thing{{Name: "a"}, {Name: "b"}}, stop, krt.WithName("in"))
		dep := krt.NewStaticCollection(nil, []thing{{Name: "dep"}}, stop, krt.WithName("dep"))
		c := krt.NewCollection(in, func(ctx krt.HandlerContext, i thing) *thing {
			i.Value += krt.FetchKey(ctx, dep, "dep").Value / 10
			time.Sleep(time.Second)
			return &i
		}, stop)
		synctest.Wait()
		for _, step := range []struct {
			name                       string
			do                         func()
			runs, calls, idle, changes uint64
			cause                      string
		}{
			{"first state", func() {}, 1, 2, 0, 2, "the first state"},
			{"one input", func() { in.UpdateObject(thing{Name: "a", Value: 1}) }, 2, 3, 0, 3, `a change of "a" in "in"`},
			{"one that is equal", func() { in.UpdateObject(thing{Name: "a", Value: 1}) }, 3, 4, 1, 3, `a change of "a" in "in"`},
			{"what all fetch, to no effect", func() { dep.UpdateObject(thing{Name: "dep", Value: 1}) }, 4, 6, 3, 3, `a change of "dep" in "dep"`},
			{"what all fetch", func() { dep.UpdateObject(thing{Name: "dep", Value: 10}) }, 5, 8, 3, 5, `a change of "dep" in "dep"`},
			{"what nobody fetches", func() { dep.UpdateObject(thing{Name: "other"}) }, 6, 8, 3, 5, `a change of "other" in "dep"`},
			{"a deletion", func() { in.DeleteObject("b") }, 7, 8, 3, 6, `a change of "b" in "in"`},
			{"two at once", func() { in.Reset([]thing{{Name: "c"}}) }, 8, 9, 3, 8, `2 changes, among them "`},
		} {
			step.do()
			time.Sleep(time.Minute)
			n := describe(t, c).Counters
			if n.Runs != step.runs || n.Calls != step.calls || n.Idle != step.idle || n.Changes != step.changes || !strings.HasPrefix(n.Cause.String(), step.cause) {
				t.Errorf("%s: %d runs, %d calls, %d idle, %d changes for %v; want %d, %d, %d, %d for %s",
					step.name, n.Runs, n.Calls, n.Idle, n.Changes, n.Cause, step.runs, step.calls, step.idle, step.changes, step.cause)
			}
			if step.name == "one input" && (n.Last != time.Second || n.Busy != 3*time.Second || time.Since(n.Began) != time.Minute) {
				t.Errorf("busy for %v, last %v at %v", n.Busy, n.Last, n.Began)
			}
		}
		if got := (krt.Cause{}).String(); got != "nothing yet" {
			t.Errorf("no cause is %q", got)
		}
	})
}

func TestDescribe_countsRunsThatWereGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		late := krt.NewStatic(&thing{Name: "late"}, false, stop)
		c := krt.NewCollection(in, func(ctx krt.HandlerContext, i thing) *thing {
			krt.Fetch(ctx, late.AsCollection())
			return &i
		}, stop)
		synctest.Wait()
		in.UpdateObject(thing{Name: "a", Value: 1}) // under the run that waits
		synctest.Wait()
		late.MarkSynced()
		synctest.Wait()
		if n := describe(t, c).Counters; n.GivenUp != 1 || n.Runs != 1 || c.GetKey("a").Value != 1 {
			t.Errorf("%d runs were given up, %d came to an end, want 1 and 1", n.GivenUp, n.Runs)
		}
	})
}

func TestDescribe_showsTheBacklogOfTheSlowestHandler(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection[thing](nil, nil, stop)
		gate := make(chan struct{})
		c.Register(func(krt.Event[thing]) { <-gate })
		c.Register(func(krt.Event[thing]) {})
		for i := range uint64(5) {
			c.UpdateObject(thing{Name: "a", Value: i})
		}
		synctest.Wait()
		if i := describe(t, c); i.Backlog != 5 || i.Handlers != 2 {
			t.Errorf("backlog is %d for %d handlers, want 5 for 2", i.Backlog, i.Handlers)
		}
		close(gate)
		synctest.Wait()
		if i := describe(t, c); i.Backlog != 0 {
			t.Errorf("backlog is %d when everything was told", i.Backlog)
		}
	})
}

func TestDescribe_showsWhatWasStopped(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		end := make(chan struct{})
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		c := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { return &i }, krt.WithStop(end))
		c.Register(func(krt.Event[thing]) {})
		synctest.Wait()
		close(end)
		synctest.Wait()
		if i := describe(t, c); !i.Stopped || !i.Synced || i.Objects != 1 || i.Handlers != 0 || i.Reads != nil {
			t.Errorf("described as %+v", i)
		}
		if n := len(describeGraph(t, source).Collections); n != 1 {
			t.Errorf("%d collections in the graph of what is left, want 1", n)
		}
		if !strings.Contains(describeGraph(t, c).String(), "stopped") {
			t.Error("the table does not say that it was stopped")
		}
	})
}

// hostile is a graph whose names mean something in every language that it is
// rendered in.
func hostile() krt.Graph {
	return krt.Graph{Collections: []krt.CollectionInfo{
		{ID: 3, Name: `quote " back\slash`, Kind: "static", Objects: 1, Synced: true},
		{ID: 5, Name: "<b>&amp;#35;;`\n%%{init: {}}%%\r\tπ", Kind: "collection", Reads: []uint64{3, 3, 99}},
		{ID: 7, Name: `Collection[a,b]`, Kind: "join", Objects: 2000, Synced: true, Reads: []uint64{5, 3}},
	}}
}

func TestGraph_DOT(t *testing.T) {
	want := `digraph krt {
	rankdir=LR
	node [shape=box]
	c3 [label="quote \" back\\slash\nstatic, 1 object"]
	c5 [label="<b>&amp;#35;;` + "`" + `\n%%{init: {}}%%` + "\r\t" + `π\ncollection, 0 objects", style=dashed]
	c7 [label="Collection[a,b]\njoin, 2000 objects"]
	c3 -> c5
	c3 -> c5
	c5 -> c7
	c3 -> c7
}
`
	if diff := cmp.Diff(want, hostile().DOT()); diff != "" {
		t.Errorf("DOT() mismatch (-want +got):\n%s", diff)
	}
}

func TestGraph_Mermaid(t *testing.T) {
	want := `flowchart LR
	c3["quote #34; back#92;slash<br/>static, 1 object"]
	c5["#60;b#62;#38;amp#59;#35;35#59;#59;#96;<br/>#37;#37;{init: {}}#37;#37;#13;#9;π<br/>collection, 0 objects"]
	style c5 stroke-dasharray: 5 5
	c7["Collection[a,b]<br/>join, 2000 objects"]
	c3 --> c5
	c3 --> c5
	c5 --> c7
	c3 --> c7
`
	if diff := cmp.Diff(want, hostile().Mermaid()); diff != "" {
		t.Errorf("Mermaid() mismatch (-want +got):\n%s", diff)
	}
}

func TestGraph_String(t *testing.T) {
	g := hostile()
	g.Collections[0].Panics = []*krt.PanicError{{}, {}}
	want := `
ID  NAME                                             KIND        OBJECTS  CHANGES  RUNS  CALLS  IDLE  BUSY  READS   STATE
3   quote " back\slash                               static      1        0        0     0      0     0s            2 keys panicked
5   "<b>&amp;#35;;` + "`" + `\n%%{init: {}}%%\r\tπ"  collection  0        0        0     0      0     0s    3,3,99  up to date
7   Collection[a,b]                                  join        2000     0        0     0      0     0s    5,3     up to date
`
	line := func(s string) []string { return strings.Split(strings.Join(strings.Fields(s), " "), "\n") }
	if diff := cmp.Diff(line(want), line(g.String())); diff != "" || strings.Count(g.String(), "\n") != 4 {
		t.Errorf("String() mismatch (-want +got):\n%s\n%s", diff, g)
	}
}

func TestExplain_saysWhatAnObjectWasMadeOf(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		pods := krt.NewStaticCollection(nil, sizedObjectsAsThings(150), stop, krt.WithName("pods"))
		byName := krt.NewIndex(pods, "name", func(i thing) []string { return []string{i.Name} })
		services := krt.NewStaticCollection(nil, []thing{{Name: "web"}, {Name: "db", Value: 13}}, stop, krt.WithName("services"))
		endpoints := krt.NewManyCollection(services, func(ctx krt.HandlerContext, s thing) []thing {
			krt.Fetch(ctx, pods)
			krt.Fetch(ctx, pods, krt.FilterKeys("7", "none"))
			byName.Fetch(ctx, "8", krt.FilterLabel(map[string]string{"n": "8"}))
			krt.Fetch(ctx, pods, krt.FilterSelectsNonEmpty(map[string]string{"a": "b"}), krt.FilterGeneric(func(any) bool { return false }))
			krt.ResourceExists(ctx, pods, "9")
			poisonous(s)
			return []thing{{Name: s.Name + "-1"}}
		}, stop, krt.WithName("endpoints"), new(caught).option())
		joined := krt.JoinCollection([]things{endpoints, services}, stop, krt.WithName("joined"))
		groups := byName.AsCollection(stop)
		synctest.Wait()

		var texts []string
		for _, ask := range []struct {
			c   krt.Syncer
			key string
		}{{endpoints, "web-1"}, {endpoints, "db"}, {joined, "web"}, {groups, "7"}, {pods, "7"}, {pods, "none"}} {
			e, err := krt.Explain(ask.c, ask.key)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, e.String())
		}
		everything, _, _ := strings.Cut(texts[0], "and 50 more")
		if n := strings.Count(everything, ", "); n != 99 || len(everything) == len(texts[0]) {
			t.Errorf("%d keys are named of a Fetch that found 150, want 100:\n%s", n+1, texts[0])
		}
		texts[0] = texts[0][strings.Index(texts[0], "and 50"):]
		texts[1] = strings.Join(strings.SplitAfter(texts[1], "\n")[6:], "")
		want := []string{
			"and 50 more\n" +
				"  fetched from pods by keys 7, none: 7\n" +
				"  fetched from pods by index name 8 and labels n=8: 8\n" +
				"  fetched from pods by selects a=b and by something and a function: nothing\n" +
				"  fetched from pods by a part of key 9: 9\n",
			"  fetched from pods by a part of key 9: 9\n  the last call panicked: poison\n",
			"web in joined\n  made of web in services\n",
			"7 in index/name\n  made of 7 in pods\n",
			"7 in pods\n",
			"none in pods is not there\n",
		}
		if diff := cmp.Diff(want, texts); diff != "" {
			t.Errorf("explanations mismatch (-want +got):\n%s", diff)
		}
		e, err := krt.Explain(endpoints, "db")
		if err != nil || e.Present || e.Panic == nil || e.Object.Collection != "endpoints" || len(e.Inputs) != 1 {
			t.Errorf("Explain() = %+v, %v", e, err)
		}
	})
}

func TestExplain_errors(t *testing.T) {
	if _, err := krt.Explain(neverSynced{}, "a"); err == nil || !strings.Contains(err.Error(), "is not a collection") {
		t.Errorf("Explain() error = %v", err)
	}
	debug := new(krt.DebugHandler)
	if _, err := debug.Explain(12345, "a"); err == nil || err.Error() != "krt: no collection has the ID 12345" {
		t.Errorf("Explain() error = %v", err)
	}
	stop := make(chan struct{})
	defer close(stop)
	source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, krt.WithStop(stop))
	krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { return &i }, krt.WithDebugging(debug), krt.WithStop(stop))
	e, err := debug.Explain(describe(t, source).ID, "a") // which is in the graph of one that the handler knows
	if err != nil || !e.Present {
		t.Error(errors.Join(err, errors.New("not found by its ID")))
	}
}
