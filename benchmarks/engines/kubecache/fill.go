// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// The numbers of Fill, in bytes. What the process had before does not count, so that it does not matter what else is
// linked into it.
const (
	// Kept is the heap that is in use after two collections.
	Kept = "kept"
	// Peak is the most memory that was resident at once until the cache was filled.
	Peak = "peak"
	// Steady is what is resident afterwards, when the collector has given back what it can.
	Steady = "steady"
)

// newFill fills a cache in a process of its own.
func (c contender) newFill(address string, shape scenario.Shape) scenario.Case {
	var last filled
	return scenario.Case{
		Do: func(n int) time.Duration {
			var took time.Duration
			for range n {
				last = mustGet(c.fillElsewhere(address, shape))
				took += last.Took
			}
			return took / time.Duration(n)
		},
		Numbers: func() map[string]float64 {
			return map[string]float64{Kept: float64(last.Kept), Peak: float64(last.Peak), Steady: float64(last.Steady)}
		},
		Content: func() []scenario.Object { return []scenario.Object{{Name: last.Content}} },
		Close:   func() {},
	}
}

// filled is what a process prints that has filled a cache.
type filled struct {
	Took               time.Duration
	Kept, Peak, Steady int64
	Content            string // a digest
}

// fillElsewhere starts this program once more, to fill a cache.
func (c contender) fillElsewhere(address string, shape scenario.Shape) (filled, error) {
	program, err := os.Executable()
	if err != nil {
		return filled{}, err
	}
	cmd := exec.CommandContext(context.Background(), program, fillCommand, c.name, strconv.Itoa(int(shape)), address)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return filled{}, fmt.Errorf("%s in another process: %w", c.name, err)
	}
	var f filled
	if err := json.Unmarshal(out, &f); err != nil {
		return filled{}, fmt.Errorf("%s in another process printed %q: %w", c.name, out, err)
	}
	return f, nil
}

// fillHere fills the cache that the arguments name, and prints what that took.
func fillHere(args []string, out io.Writer) error {
	if len(args) != 3 {
		return fmt.Errorf("%s is started with %q, want a name, a shape and an address", fillCommand, args)
	}
	shape, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	i := slices.IndexFunc(contenders(), func(c contender) bool { return c.name == args[0] })
	if i < 0 {
		return fmt.Errorf("nobody is called %q", args[0])
	}
	return json.NewEncoder(out).Encode(contenders()[i].fill(&rest.Config{Host: "http://" + args[2], QPS: -1}, scenario.Shape(shape)))
}

func (c contender) fill(config *rest.Config, shape scenario.Shape) filled {
	heap, resident := heapInUse(), status("VmRSS")
	begin := time.Now()
	pods := c.open(config, want{shape: shape})
	pods.Run()
	f := filled{Took: time.Since(begin), Peak: status("VmHWM") - resident, Kept: heapInUse() - heap}
	debug.FreeOSMemory()
	f.Steady = status("VmRSS") - resident
	f.Content = digest(pods.Content())
	pods.Close()
	return f
}

// heapInUse returns what is in use after two collections: what has finalizers goes with the second.
func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// KnowsResident says whether this machine tells how much memory of a process is resident, which Linux does. Where it does
// not, Peak and Steady are 0.
func KnowsResident() bool { return status("VmRSS") > 0 }

// status returns a number of bytes that Linux knows of this process, 0 elsewhere.
func status(field string) int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			must(err)
			return kib << 10
		}
	}
	return 0
}

// digest says in a few words what is cached.
func digest(content []scenario.Object) string {
	names := make([]string, len(content))
	for i, o := range content {
		names[i] = fmt.Sprint(o)
	}
	slices.Sort(names)
	h := fnv.New64a()
	for _, name := range names {
		_, _ = io.WriteString(h, name) // it never fails
	}
	return fmt.Sprintf("%d pods, %x", len(content), h.Sum64())
}
