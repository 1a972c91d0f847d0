// SPDX-License-Identifier: Apache-2.0

package filewatcher_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"

	"github.com/krtkit/krtkit/util/filewatcher"
)

// put puts a file into a folder.
func put(dir, name, text string) {
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		panic(err)
	}
}

func ExampleFollow() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err = filewatcher.Follow(ctx, func(r *filewatcher.Reader) error {
		data, err := r.ReadFile(filepath.Join(dir, "config"))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			fmt.Println("there is no configuration")
			put(dir, "config", "colour=red") // as somebody else would
		case err != nil:
			return err
		default:
			fmt.Println(string(data))
			cancel()
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// there is no configuration
	// colour=red
	// <nil>
}

func ExampleNewWatcher() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	w := filewatcher.NewWatcher()
	defer w.Close()
	config := filepath.Join(dir, "config")
	if err := w.Add(config); err != nil {
		panic(err)
	}
	put(dir, "tmp", "colour=red")
	if err := os.Rename(filepath.Join(dir, "tmp"), config); err != nil {
		panic(err)
	}
	e := <-w.Events(config)
	fmt.Println(e.Op, filepath.Base(e.Name))
	// Output: CREATE config
}

func ExampleNewFakeWatcher() {
	newWatcher, fake := filewatcher.NewFakeWatcher(func(path string, added bool) { fmt.Println(path, "is watched:", added) })

	// What is tested makes and uses a watcher.
	w := newWatcher()
	if err := w.Add("config"); err != nil {
		panic(err)
	}
	events := w.Events("config")

	go fake.InjectEvent("config", fsnotify.Event{Name: "config", Op: fsnotify.Write})
	fmt.Println(<-events)
	fmt.Println(w.Close())
	// Output:
	// config is watched: true
	// WRITE         "config"
	// config is watched: false
	// <nil>
}
