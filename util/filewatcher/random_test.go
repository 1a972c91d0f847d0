// SPDX-License-Identifier: Apache-2.0

package filewatcher_test

import (
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/krtkit/krtkit/util/filewatcher"
)

var bursts = flag.Int("filewatcher.bursts", 100, "how many bursts of random changes the random tests make")

// files is what a view of a tree is read with.
type files interface {
	ReadFile(path string) ([]byte, error)
	ReadDir(dir string) ([]fs.DirEntry, error)
	Stat(path string) (fs.FileInfo, error)
}

// system implements files without following anything.
type system struct{}

func (system) ReadFile(path string) ([]byte, error)      { return os.ReadFile(path) }
func (system) ReadDir(dir string) ([]fs.DirEntry, error) { return os.ReadDir(dir) }
func (system) Stat(path string) (fs.FileInfo, error)     { return os.Stat(path) }

// view describes what is below a folder, through links too.
func view(in files, dir string, depth int) string {
	var b strings.Builder
	entries, err := in.ReadDir(dir)
	if err != nil {
		return content(nil, err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		text := ""
		info, err := in.Stat(path)
		switch {
		case err != nil:
			text = content(nil, err)
		case !info.IsDir():
			text = content(in.ReadFile(path))
		case depth > 0:
			text = "{" + view(in, path, depth-1) + "}"
		}
		fmt.Fprintf(&b, "%s=%s ", e.Name(), text)
	}
	return b.String()
}

// change makes a random change, if it is possible.
func (f tree) change(r *rand.Rand, i int) string {
	name := func() string {
		var path []string
		for range 1 + r.IntN(3) {
			path = append(path, string("abc"[r.IntN(3)]))
		}
		return filepath.Join(path...)
	}
	a, b := name(), name()
	var err error
	switch r.IntN(12) {
	case 0, 1, 2:
		err = os.WriteFile(f.path(a), []byte(fmt.Sprint(i)), 0o600)
		return fmt.Sprint("write ", a, err == nil)
	case 3, 4, 5:
		err = os.Mkdir(f.path(a), 0o755)
		return fmt.Sprint("mkdir ", a, err == nil)
	case 6:
		err = os.RemoveAll(f.path(a))
		return fmt.Sprint("remove ", a, err == nil)
	case 7:
		err = os.Symlink(b, f.path(a))
		return fmt.Sprint("link ", a, " ", b, err == nil)
	case 8:
		err = os.Symlink(f.path(b), f.path(a))
		return fmt.Sprint("link ", a, " /", b, err == nil)
	default:
		err = os.Rename(f.path(a), f.path(b))
		return fmt.Sprint("rename ", a, " ", b, err == nil)
	}
}

// burst makes some changes at once.
func (f tree) burst(r *rand.Rand, i int) {
	var said []string
	for range 1 + r.IntN(6) {
		said = append(said, f.change(r, i))
	}
	if testing.Verbose() {
		f.Log(strings.Join(said, ", "))
	}
}

func TestFollow_endsUpWithWhatIsThere(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	f := newTree(t)
	until := f.follow(func(r *filewatcher.Reader) string { return view(r, f.root, 4) })
	for i := range *bursts {
		f.burst(r, i)
		until(view(system{}, f.root, 4))
	}
}

func TestWatcher_endsUpWithWhatIsThere(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	f := newTree(t)
	told := make(chan string)
	var readers sync.WaitGroup
	t.Cleanup(readers.Wait)
	paths := []string{"a", "a/b", "a/b/c", "b/a", "c/c/c"}
	w := f.newWatcher(paths...) // which is closed first
	for _, name := range paths {
		readers.Go(func() {
			for range w.Events(f.path(name)) {
				select {
				case told <- name:
				case <-t.Context().Done():
					return
				}
			}
		})
	}

	read := func(name string) string {
		data, err := os.ReadFile(f.path(name))
		if err != nil {
			return "nothing" // for whatever reason
		}
		return string(data)
	}
	known, want := map[string]string{}, map[string]string{}
	for _, name := range paths {
		known[name] = read(name)
	}
	for i := range *bursts {
		f.burst(r, i)
		for _, name := range paths {
			want[name] = read(name)
		}
		for _, name := range paths {
			for known[name] != want[name] {
				select {
				case n := <-told:
					known[n] = read(n)
				case <-f.late():
					t.Fatalf("nothing is told of %s, which was %q and is %q", name, known[name], want[name])
				}
			}
		}
	}
}
