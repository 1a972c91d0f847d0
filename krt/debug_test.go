// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// dumped is what a DebugHandler says of one collection.
type dumped struct {
	UID   uint64             `json:"uid"`
	Name  string             `json:"name"`
	State krt.CollectionDump `json:"state"`
}

// dump returns what the handler says, by name, as somebody reads it who has the text
// only.
func dump(t *testing.T, debug *krt.DebugHandler) map[string]krt.CollectionDump {
	t.Helper()
	text, err := json.Marshal(debug)
	if err != nil {
		t.Fatal(err)
	}
	var list []dumped
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatalf("%v of %s", err, text)
	}
	out := map[string]krt.CollectionDump{}
	for _, d := range list {
		if _, twice := out[d.Name]; twice || d.UID == 0 {
			t.Errorf("%q has the UID %d, or is there twice", d.Name, d.UID)
		}
		out[d.Name] = d.State
	}
	return out
}

// outputs is what CollectionDump shows of strings, which are their own keys.
func outputs(keys ...string) map[string]any {
	out := map[string]any{}
	for _, k := range keys {
		out[k] = k
	}
	return out
}

func TestDebugHandler_showsTheStateOfEveryKind(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		debug := new(krt.DebugHandler)
		opts := func(name string) []krt.CollectionOption {
			return []krt.CollectionOption{stop, krt.WithDebugging(debug), krt.WithName(name)}
		}
		static := krt.NewStaticCollection(nil, []string{"a", "b"}, opts("static")...)
		other := krt.NewStaticCollection(nil, []string{"b", "c"}, opts("other")...)
		krt.NewStatic(new(7), true, opts("singleton")...)
		krt.NewSingleton(func(ctx krt.HandlerContext) *string { return krt.FetchKey(ctx, static, "a") }, opts("derived singleton")...)
		krt.NewManyCollection(static, func(ctx krt.HandlerContext, s string) []string {
			krt.Fetch(ctx, other, krt.FilterKey(s))
			krt.Fetch(ctx, other)
			krt.Fetch(ctx, static)
			if s == "b" {
				return nil
			}
			return []string{s + "2", s + "1"}
		}, opts("many")...)
		krt.NewStatusCollection(static, func(_ krt.HandlerContext, s string) (*string, *string) { return &s, &s }, opts("routes")...)
		krt.JoinCollection([]krt.Collection[string]{static, other}, opts("join")...)
		krt.MapCollection(static, func(s string) string { return s }, opts("map")...)
		members := krt.NewStaticCollection(nil, []krt.Collection[string]{static, other}, stop, krt.WithName("members"))
		krt.NestedJoinWithMergeCollection(members, func(s []string) *string { return &s[0] }, opts("nested")...)
		krt.NewIndex(static, "self", func(s string) []string { return []string{s} }).AsCollection(opts("ignored")...)
		krt.NewStaticCollection[string](neverSynced{}, nil, opts("never")...)
		krt.FromChannel(make(chan krt.Update[string]), opts("channel")...)
		synctest.Wait()

		plain := func(keys ...string) krt.CollectionDump {
			return krt.CollectionDump{Outputs: outputs(keys...), Synced: true}
		}
		from := func(input string, inputs map[string]krt.InputDump, d krt.CollectionDump) krt.CollectionDump {
			d.InputCollection, d.Inputs = input, inputs
			return d
		}
		to := func(keys ...string) krt.InputDump { return krt.InputDump{Outputs: keys} }
		fetched := []string{"other", "other", "static"}
		status := func(s string) any { return map[string]any{"Obj": s, "Status": s} }
		group := func(s string) any { return map[string]any{"Key": s, "Objects": []any{s}} }
		want := map[string]krt.CollectionDump{
			"static":            plain("a", "b"),
			"other":             plain("b", "c"),
			"singleton":         {Outputs: map[string]any{"static": 7.0}, Synced: true},
			"derived singleton": plain("a"),
			"many": from("static", map[string]krt.InputDump{
				"a": {Outputs: []string{"a1", "a2"}, Dependencies: fetched}, "b": {Dependencies: fetched},
			}, plain("a1", "a2")),
			"routes":        from("static", map[string]krt.InputDump{"a": to("a"), "b": to("b")}, plain("a", "b")),
			"routes/status": {Outputs: map[string]any{"a": status("a"), "b": status("b")}, Synced: true},
			"join":          plain("a", "b", "c"),
			"map":           from("static", map[string]krt.InputDump{"a": to("a"), "b": to("b")}, plain("a", "b")),
			"nested": from("members", map[string]krt.InputDump{
				krt.GetKey(static): {Outputs: []string{"a", "b"}, Dependencies: []string{"static"}},
				krt.GetKey(other):  {Outputs: []string{"b", "c"}, Dependencies: []string{"other"}},
			}, plain("a", "b", "c")),
			"index/self": from("static", nil, krt.CollectionDump{Outputs: map[string]any{"a": group("a"), "b": group("b")}, Synced: true}),
			"never":      {},
			"channel":    {},
		}
		if diff := cmp.Diff(want, dump(t, debug)); diff != "" {
			t.Errorf("dump mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestDebugHandler_isAnArrayWithoutCollectionsToo(t *testing.T) {
	text, err := json.Marshal(new(krt.DebugHandler))
	if err != nil || string(text) != "[]" {
		t.Errorf("as JSON it is %s, %v; want []", text, err)
	}
}

func TestDebugHandler_knowsACollectionUntilItIsStopped(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		debug := new(krt.DebugHandler)
		ends := map[string]chan struct{}{"one": make(chan struct{}), "other": make(chan struct{}), "before": make(chan struct{})}
		close(ends["before"]) // before it is made
		in := krt.NewStatic(&thing{Name: "a"}, false, stop)
		for name, end := range ends {
			krt.NewCollection(in.AsCollection(), func(_ krt.HandlerContext, i thing) *thing { return &i },
				krt.WithName(name), krt.WithStop(end), krt.WithDebugging(debug))
		}
		want := map[string]krt.CollectionDump{"one": {InputCollection: "Static[krt_test.thing]"}, "other": {InputCollection: "Static[krt_test.thing]"}}
		if diff := cmp.Diff(want, dump(t, debug)); diff != "" {
			t.Errorf("at the return of the constructors mismatch (-want +got):\n%s", diff)
		}
		close(ends["one"]) // before it is synced
		synctest.Wait()
		delete(want, "one")
		if diff := cmp.Diff(want, dump(t, debug)); diff != "" {
			t.Errorf("after a stop mismatch (-want +got):\n%s", diff)
		}
		in.MarkSynced()
		synctest.Wait()
		close(ends["other"])
		synctest.Wait()
		if left := dump(t, debug); len(left) > 0 {
			t.Errorf("after the last stop there are %v", left)
		}
	})
}

func TestDebugHandler_waitsForNothing(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		debug := new(krt.DebugHandler)
		in := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop, krt.WithName("in"))
		c := krt.NewCollection(in, func(_ krt.HandlerContext, i thing) *thing {
			if i.Value > 0 {
				time.Sleep(time.Hour)
			}
			return &i
		}, stop, krt.WithDebugging(debug), krt.WithName("slow"))
		c.Register(func(krt.Event[thing]) { time.Sleep(time.Hour) })
		synctest.Wait()
		in.UpdateObject(thing{Name: "a", Value: 1})
		synctest.Wait()
		begin := time.Now()
		got := dump(t, debug)["slow"]
		debug.Describe()
		if _, err := debug.Explain(describe(t, c).ID, "a"); err != nil {
			t.Error(err)
		}
		if waited := time.Since(begin); waited > 0 || len(got.Outputs) != 1 || len(got.Inputs) != 1 {
			t.Errorf("waited for %v and got %+v", waited, got)
		}
		time.Sleep(24 * time.Hour)
	})
}

func TestDebugHandler_whatCannotBeJSONDoesNotHideTheRest(t *testing.T) {
	type unshowable struct {
		krt.Named
		F func()
	}
	debug := new(krt.DebugHandler)
	stop := make(chan struct{})
	defer close(stop)
	opts := func(name string) []krt.CollectionOption {
		return []krt.CollectionOption{krt.WithStop(stop), krt.WithDebugging(debug), krt.WithName(name), krt.WithMetadata(krt.Metadata{"f": func() {}, "ok": "yes"})}
	}
	krt.NewStaticCollection(nil, []unshowable{{Named: krt.Named{Name: "a"}, F: func() {}}}, opts("functions")...)
	krt.NewStaticCollection(nil, []krt.Collection[thing]{krt.NewStaticCollection[thing](nil, nil)}, opts("collections")...)
	krt.NewStaticCollection(nil, []string{"x"}, opts("strings")...)
	got := dump(t, debug)
	if why, _ := got["functions"].Outputs["/a"].(string); !strings.Contains(why, "unsupported type: func()") {
		t.Errorf("what cannot be shown is shown as %q", why)
	}
	if len(got["collections"].Outputs) != 1 || got["strings"].Outputs["x"] != "x" {
		t.Errorf("dump: %+v", got)
	}
	text, err := json.Marshal(debug.Describe())
	if err != nil || !strings.Contains(string(text), `"ok":"yes"`) || !strings.Contains(string(text), `"f":"func(): json: unsupported type: func()"`) {
		t.Errorf("the graph as JSON: %v\n%s", err, text)
	}
}

func TestDebugHandler_explainsByID(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		debug := new(krt.DebugHandler)
		in := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop, krt.WithName("in"))
		c := krt.NewCollection(in, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop, krt.WithDebugging(debug), krt.WithName("out"))
		synctest.Wait()
		e, err := debug.Explain(describe(t, c).ID, "a")
		if err != nil {
			t.Fatal(err)
		}
		want := krt.Explanation{
			Object: krt.ObjectRef{Collection: "out", ID: describe(t, c).ID, Key: "a"}, Present: true,
			Inputs: []krt.ObjectRef{{Collection: "in", ID: describe(t, in).ID, Key: "a"}},
		}
		if diff := cmp.Diff(want, e); diff != "" {
			t.Errorf("Explain() mismatch (-want +got):\n%s", diff)
		}
	})
}
