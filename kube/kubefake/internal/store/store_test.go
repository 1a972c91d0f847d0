// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

var (
	nodes = schema.GroupVersionResource{Version: "v1", Resource: "nodes"}
	kind  = object.NewKind(schema.GroupVersionKind{Version: "v1", Kind: "Node"}, true)
)

func node(name, value string) *object.Item {
	return object.NewItem(kind, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"value": value}}})
}

func create(t *testing.T, table *store.Table, it *object.Item) *object.Item {
	t.Helper()
	it, err := table.Create(it, false)
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func set(t *testing.T, table *store.Table, name, value string) {
	t.Helper()
	if _, err := table.Update(table.Get(store.Key{Name: name}), node(name, value), false); err != nil {
		t.Fatal(err)
	}
}

func watch(t *testing.T, table *store.Table, after uint64) *store.Cursor {
	t.Helper()
	c, err := table.Watch(after)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestCursor_thatReadsTooLateExpiresAndDelaysNobody(t *testing.T) {
	s := store.New()
	table := s.Table(nodes)
	create(t, table, node("a", "0"))
	behind, current := watch(t, table, 0), watch(t, table, 0)
	seen := 0
	for i := range store.MaxBehind + 3*store.Kept {
		set(t, table, "a", strconv.Itoa(i))
		if i%100 == 0 {
			events, _, _, err := current.Next()
			if err != nil {
				t.Fatal(err)
			}
			seen += len(events)
		}
	}
	if _, _, _, err := behind.Next(); !errors.Is(err, store.ErrExpired) {
		t.Errorf("cursor that is behind: got %v, want ErrExpired", err)
	}
	events, _, _, err := current.Next()
	if want := store.MaxBehind + 3*store.Kept + 1; err != nil || seen+len(events) != want {
		t.Errorf("cursor that reads saw %d events (%v), want %d", seen+len(events), err, want)
	}
}

func TestCursor_keepsTheLogForThoseWhoAreBehindALittle(t *testing.T) {
	s := store.New()
	table := s.Table(nodes)
	create(t, table, node("a", "0"))
	behind := watch(t, table, 0)
	const changes = 5 * store.Kept
	for i := range changes {
		set(t, table, "a", strconv.Itoa(i))
	}
	events, _, _, err := behind.Next()
	if err != nil || len(events) != changes+1 {
		t.Errorf("got %d events, %v; want %d", len(events), err, changes+1)
	}
	// The cursor has read by now, and the log is trimmed with the next changes.
	for i := range 2 * store.Kept {
		set(t, table, "a", strconv.Itoa(i))
	}
	if _, err := table.Watch(1); !errors.Is(err, store.ErrExpired) {
		t.Errorf("watch from the beginning: got %v, want ErrExpired", err)
	}
}

func TestCompact_expiresTheOldAndKeepsTheCurrent(t *testing.T) {
	s := store.New()
	table := s.Table(nodes)
	create(t, table, node("a", "0"))
	late, current := watch(t, table, 0), watch(t, table, 0)
	if _, _, _, err := current.Next(); err != nil {
		t.Fatal(err)
	}
	create(t, s.Table(schema.GroupVersionResource{Version: "v1", Resource: "others"}), node("b", ""))
	s.Compact()
	if _, _, _, err := late.Next(); !errors.Is(err, store.ErrExpired) {
		t.Errorf("cursor that had not read: got %v, want ErrExpired", err)
	}
	if _, err := table.Watch(1); !errors.Is(err, store.ErrExpired) {
		t.Errorf("new watch: got %v, want ErrExpired", err)
	}
	if _, err := s.Table(schema.GroupVersionResource{Version: "v1", Resource: "new"}).Watch(1); !errors.Is(err, store.ErrExpired) {
		t.Errorf("new watch of a resource without objects: got %v, want ErrExpired", err)
	}
	set(t, table, "a", "1")
	if events, _, _, err := current.Next(); err != nil || len(events) != 1 {
		t.Errorf("current cursor: got %d events, %v; want 1", len(events), err)
	}
}

func TestDrop_tellsCursorsAndEndsThem(t *testing.T) {
	s := store.New()
	table := s.Table(nodes)
	create(t, table, node("a", "0"))
	c := watch(t, table, s.Version())
	_, _, more, err := c.Next()
	if err != nil || more == nil {
		t.Fatalf("nothing should be there: %v", err)
	}
	s.Drop(nodes)
	<-more
	events, _, _, err := c.Next()
	if err != nil || len(events) != 1 || !events[0].Deleted {
		t.Errorf("got %v, %v; want one deletion", events, err)
	}
	if _, _, _, err := c.Next(); !errors.Is(err, store.ErrClosed) {
		t.Errorf("afterwards: got %v, want ErrClosed", err)
	}
	if _, err := s.Table(nodes).Watch(1); !errors.Is(err, store.ErrExpired) {
		t.Errorf("watch of what came after, from before: got %v, want ErrExpired", err)
	}
}

func TestListAt_showsEveryEarlierMoment(t *testing.T) {
	s := store.New()
	table := s.Table(nodes)
	rng := rand.New(rand.NewPCG(1, 2))
	want := map[uint64][]string{}
	snapshot := func() (out []string) {
		items, version, err := table.List("")
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range items {
			out = append(out, it.Object.GetName()+"="+it.Object.GetLabels()["value"])
		}
		want[version] = out
		return out
	}
	for i := range 500 {
		name := fmt.Sprint("n", rng.IntN(10))
		it := table.Get(store.Key{Name: name})
		var err error
		switch {
		case it == nil:
			_, err = table.Create(node(name, strconv.Itoa(i)), false)
		case rng.IntN(3) == 0:
			_, err = table.Delete(it, false)
		default:
			_, err = table.Update(it, node(name, strconv.Itoa(i)), false)
		}
		if err != nil {
			t.Fatal(err)
		}
		snapshot()
	}
	for version, names := range want {
		items, err := table.ListAt("", version)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, it := range items {
			got = append(got, it.Object.GetName()+"="+it.Object.GetLabels()["value"])
		}
		if diff := cmp.Diff(names, got); diff != "" {
			t.Fatalf("at %d mismatch (-want +got):\n%s", version, diff)
		}
	}
}

func TestUpdate_refusesWhatTheCallerDidNotSee(t *testing.T) {
	table := store.New().Table(nodes)
	first := create(t, table, node("a", "0"))
	set(t, table, "a", "1")
	if _, err := table.Update(first, node("a", "2"), false); !errors.Is(err, store.ErrStale) {
		t.Errorf("update: got %v, want ErrStale", err)
	}
	if _, err := table.Delete(first, false); !errors.Is(err, store.ErrStale) {
		t.Errorf("delete: got %v, want ErrStale", err)
	}
	if _, err := table.Create(node("a", "2"), false); !errors.Is(err, store.ErrExists) {
		t.Errorf("create: got %v, want ErrExists", err)
	}
}

func TestCursors_seeEveryChangeOfConcurrentWriters(t *testing.T) {
	s := store.New()
	table := s.Table(nodes)
	const writers, changes = 4, 500
	var cursors []*store.Cursor
	for range 3 {
		cursors = append(cursors, watch(t, table, 0))
	}
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			name := fmt.Sprint("n", w)
			it, err := table.Create(node(name, "0"), false)
			for i := 1; i < changes && err == nil; i++ {
				it, err = table.Update(it, node(name, strconv.Itoa(i)), false)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	for _, c := range cursors {
		reading.Go(func() {
			last, count := map[string]int{}, 0
			version := uint64(0)
			for count < writers*changes {
				events, _, more, err := c.Next()
				if err != nil {
					t.Error(err)
					return
				}
				for _, e := range events {
					value, err := strconv.Atoi(e.Item.Object.GetLabels()["value"])
					if err != nil || value != last[e.Item.Object.GetName()] || e.Version <= version {
						t.Errorf("%s: got %d at %d after %d, want %d (%v)", e.Item.Object.GetName(), value, e.Version, version, last[e.Item.Object.GetName()], err)
						return
					}
					last[e.Item.Object.GetName()]++
					version = e.Version
					count++
				}
				if more != nil {
					<-more
				}
			}
		})
	}
	writing.Wait()
	reading.Wait()
}
