// SPDX-License-Identifier: Apache-2.0

package files_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/files"
	"github.com/krtkit/krtkit/util/filewatcher"
)

// Limit is what a file of the examples says.
type Limit struct {
	App      string `json:"app"`
	Requests int    `json:"requests"`
}

func (l Limit) ResourceName() string { return l.App }

// tempDir returns a folder, and a function that puts a file into it.
func tempDir() (dir string, put func(name, text string)) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	return dir, func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			panic(err)
		}
	}
}

func Example() {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // which would say what is wrong, too
	dir, put := tempDir()
	defer func() { _ = os.RemoveAll(dir) }()
	put("shop.yaml", "app: cart\nrequests: 10\n---\napp: search\nrequests: 20\n")

	stop := make(chan struct{})
	defer close(stop)
	folder, err := files.NewFolderWatch(dir, files.ParseYAML[Limit], stop)
	if err != nil {
		panic(err)
	}
	limits := files.NewFileCollection(folder, func(l Limit) *Limit { return &l }, krt.WithStop(stop))
	events := make(chan krt.Event[Limit])
	limits.RegisterBatch(func(batch []krt.Event[Limit]) {
		for _, e := range batch {
			events <- e
		}
	}, false)
	wrong := make(chan string)
	folder.Errors().Register(func(e krt.Event[*files.Error]) {
		err := *e.Latest()
		wrong <- fmt.Sprintf("%v: %s, line %d: %v", e.Event, filepath.Base(err.File), err.Line, err.Err)
	})

	put("shop.yaml", "app: cart\nrequests: 15\n---\napp: search\nrequests: 20\n")
	e := <-events
	fmt.Println(e.Event, e.Latest())

	put("shop.yaml", "app: cart\nrequests: 15\n---\napp: search\nrequests: many\n")
	fmt.Println(<-wrong)
	fmt.Println(limits.GetKey("search").Requests, "requests still")

	put("shop.yaml", "app: cart\nrequests: 15\n")
	fmt.Println(<-wrong)
	e = <-events
	fmt.Println(e.Event, e.Latest())
	// Output:
	// update {cart 15}
	// add: shop.yaml, line 3: json: cannot unmarshal string into Go struct field Limit.requests of type int
	// 20 requests still
	// delete: shop.yaml, line 3: json: cannot unmarshal string into Go struct field Limit.requests of type int
	// delete {search 20}
}

func ExampleNewFileSingleton() {
	dir, put := tempDir()
	defer func() { _ = os.RemoveAll(dir) }()
	put("limit.yaml", "app: cart\nrequests: 10\n")

	watcher := filewatcher.NewWatcher()
	defer watcher.Close()
	stop := make(chan struct{})
	defer close(stop)
	limit, err := files.NewFileSingleton(watcher, filepath.Join(dir, "limit.yaml"), files.ReadFileAsYaml[Limit], krt.WithStop(stop))
	if err != nil {
		panic(err)
	}
	changes := make(chan Limit)
	limit.Register(func(e krt.Event[Limit]) { changes <- e.Latest() })
	fmt.Println(<-changes)

	put("limit.yaml", "app: cart\nrequests: 15\n")
	fmt.Println(<-changes)
	// Output:
	// {cart 10}
	// {cart 15}
}

func ExampleParseYAML() {
	limits, err := files.ParseYAML[Limit]([]byte("app: cart\n---\napp: search\nrequests: 20\n"))
	fmt.Println(limits, err)

	_, err = files.ParseYAML[Limit]([]byte("app: cart\n---\napp: search: 20\n---\n- 20\n"))
	fmt.Println(err)
	// Output:
	// [{cart 0} {search 20}] <nil>
	// line 3: document 2: not YAML: mapping values are not allowed in this context
	// line 4: document 3: json: cannot unmarshal array into Go value of type files_test.Limit
}

func ExampleReadFileAsYaml() {
	dir, put := tempDir()
	defer func() { _ = os.RemoveAll(dir) }()
	put("limit.yaml", "app: cart\nrequests: 10\n")
	limit, err := files.ReadFileAsYaml[Limit](filepath.Join(dir, "limit.yaml"))
	fmt.Println(limit.App, limit.Requests, err)
	// Output: cart 10 <nil>
}
