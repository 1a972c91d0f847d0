// SPDX-License-Identifier: Apache-2.0

package files_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/files"
	"github.com/krtkit/krtkit/krt/krttest"
)

func TestFileCollection_isACollection(t *testing.T) {
	traits := krttest.Traits{Merges: true}
	krttest.TestCollection(t, traits, func(t *testing.T, s krttest.Setup) krttest.Rig[thing] {
		f := &fixture{T: t, root: t.TempDir(), stop: make(chan struct{})}
		t.Cleanup(func() { close(f.stop) })
		for _, key := range s.Present {
			f.write("in/"+key+".yaml", doc(key, 0))
		}
		f.write("in/none.yaml", "# so that there is a folder")
		folder, err := files.NewQuickFolderWatch(f.path("in"), files.ParseYAML[thing], f.stop)
		f.must(err)
		return krttest.Rig[thing]{
			Collection: files.NewFileCollection(folder, same, s.Options...),
			Put:        func(key string, version int) { f.replace("in/"+key+".yaml", doc(key, version)) },
			Remove:     func(key string) { f.remove("in/" + key + ".yaml") },
			Version:    func(o thing) int { return o.Value },
		}
	})
}

func TestFileCollection_severalOfOneFolder(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1), doc("b", 2))
	f.watch()
	odd := files.NewFileCollection(f.folder, func(o thing) *string {
		if o.Value%2 == 0 {
			return nil
		}
		text := fmt.Sprint(o.Name, " is ", o.Value)
		return &text
	}, f.opts...)
	texts := krttest.NewRecorder(t, odd)
	texts.WaitContent("a is 1")
	upper := krt.NewCollection(odd, func(_ krt.HandlerContext, s string) *string {
		s = strings.ToUpper(s)
		return &s
	}, f.opts...)
	f.replace("in/a.yaml", doc("a", 2), doc("b", 3), doc("c", 5))
	f.says(thing{"a", 2}, thing{"b", 3}, thing{"c", 5})
	texts.WaitContent("b is 3", "c is 5")
	krttest.NewRecorder(t, upper).WaitContent("B IS 3", "C IS 5")
	if !odd.HasSynced() {
		t.Error("it is not synced")
	}
}

func TestFileCollection_changesOfOneFileAreOneCommit(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1), doc("b", 1), doc("c", 1))
	f.watch()
	batches := make(chan int, 10)
	reg := files.NewFileCollection(f.folder, same, f.opts...).RegisterBatch(func(events []krt.Event[thing]) { batches <- len(events) }, true)
	reg.WaitUntilSynced(t.Context().Done())
	f.replace("in/a.yaml", doc("a", 1), doc("b", 2), doc("d", 1))
	if first, second := <-batches, <-batches; first != 3 || second != 3 {
		t.Errorf("batches of %d and %d events, want 3 and 3", first, second)
	}
}

func TestFileCollection_endsWithItsFolder(t *testing.T) {
	f := newFixture(t) // which checks that no goroutine is left
	f.write("in/a.yaml", doc("a", 1))
	f.watch()
	c := files.NewFileCollection(f.folder, same) // no stop of its own
	krttest.CheckCollection(t, krt.Collection[thing](c), thing{"a", 1})
}

func TestFileCollection_endsBeforeItsFolder(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1))
	f.watch()
	stop := make(chan struct{})
	first := files.NewFileCollection(f.folder, same, krt.WithStop(stop))
	close(stop)
	f.replace("in/a.yaml", doc("a", 2))
	f.says(thing{"a", 2})
	krttest.CheckCollection(t, krt.Collection[thing](first), thing{"a", 1})
}
