// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
)

// mutationDetector keeps copies of cached objects to see whether somebody changes them. A
// nil detector does nothing.
type mutationDetector struct {
	name   string
	notify func(error)

	mu    sync.Mutex
	pairs map[string]pair // by store key
	found []error         // not reported yet
}

// pair is a cached object and what it was when it came.
type pair struct{ cached, copied runtime.Object }

func newMutationDetector(name string, notify func(error)) *mutationDetector {
	return &mutationDetector{name: name, notify: notify, pairs: map[string]pair{}}
}

// observe compares the objects that go and copies those that come.
func (d *mutationDetector) observe(changes []change) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range changes {
		d.check(c.key)
		delete(d.pairs, c.key)
		if obj, ok := c.new.(runtime.Object); ok {
			d.pairs[c.key] = pair{cached: obj, copied: obj.DeepCopyObject()}
		}
	}
}

// checkAll compares all objects that are left, reports, and forgets them.
func (d *mutationDetector) checkAll() {
	if d == nil {
		return
	}
	d.mu.Lock()
	for _, key := range slices.Sorted(maps.Keys(d.pairs)) {
		d.check(key)
	}
	clear(d.pairs)
	d.mu.Unlock()
	d.report()
}

// check compares an object with its copy. The caller holds the lock.
func (d *mutationDetector) check(key string) {
	p, ok := d.pairs[key]
	if !ok || reflect.DeepEqual(p.cached, p.copied) {
		return
	}
	d.found = append(d.found, fmt.Errorf("%s: cached object %s was changed, which others read: %s; change a DeepCopy",
		d.name, key, strings.Join(differences(p.copied, p.cached), ", ")))
}

// report tells what was found. The caller holds no lock.
func (d *mutationDetector) report() {
	if d == nil {
		return
	}
	d.mu.Lock()
	found := d.found
	d.found = nil
	d.mu.Unlock()
	for _, err := range found {
		d.notify(err)
	}
}

// maxDifferences is how many fields are named of an object that was changed.
const maxDifferences = 5

// differences describes the fields, as JSON names them, in which two objects differ.
func differences(before, after runtime.Object) []string {
	var all []string
	compare("", inJSON(before), inJSON(after), func(path string, before, after any) {
		all = append(all, fmt.Sprintf("%s was %s and is %s", strings.TrimPrefix(path, "."), brief(before), brief(after)))
	})
	switch {
	case len(all) == 0:
		return []string{"fields that are not in its JSON, or nil became empty"}
	case len(all) > maxDifferences:
		return append(all[:maxDifferences], fmt.Sprintf("and %d more", len(all)-maxDifferences))
	default:
		return all
	}
}

func inJSON(obj runtime.Object) any {
	data, err := json.Marshal(obj)
	if err != nil {
		return err.Error()
	}
	var decoded any
	if err := json.Unmarshal(data, &decoded); err != nil {
		return err.Error()
	}
	return decoded
}

// compare calls differ with what is not in both, or not equal, in the order of paths.
func compare(path string, before, after any, differ func(path string, before, after any)) {
	a, isMap := before.(map[string]any)
	b, areMaps := after.(map[string]any)
	if isMap && areMaps {
		names := maps.Clone(a)
		maps.Copy(names, b)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			compare(path+"."+name, a[name], b[name], differ)
		}
		return
	}
	c, isList := before.([]any)
	d, areLists := after.([]any)
	if isList && areLists && len(c) == len(d) {
		for i := range c {
			compare(fmt.Sprintf("%s[%d]", path, i), c[i], d[i], differ)
		}
		return
	}
	if !reflect.DeepEqual(before, after) {
		differ(path, before, after)
	}
}

// brief returns a value as JSON, or how it begins.
func brief(value any) string {
	const enough = 60
	if value == nil {
		return "absent"
	}
	data, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	if len(data) > enough {
		return strings.ToValidUTF8(string(data[:enough]), "") + "…"
	}
	return string(data)
}
