// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// Load reads the given files, and the .yaml, .yml and .json files below the given
// folders. Names that begin with a dot are left out; links are followed. What
// cannot be read is an error in the result and keeps nothing else from loading.
func Load(kinds Kinds, paths ...string) *Set {
	f := &finder{seen: map[string]bool{}}
	for _, p := range paths {
		f.add(p)
	}
	l := &loader{kinds: kinds}
	for _, name := range f.files {
		data, err := readFile(name)
		if err != nil {
			f.fail(name, err)
			continue
		}
		l.read(name, data)
	}
	set := l.finish()
	set.Errors = append(f.errs, set.Errors...)
	slices.Sort(f.dirs)
	set.Dirs = slices.Compact(f.dirs)
	return set
}

// LoadFS reads all manifests of a file system, such as an embedded one. The result
// has no Dirs.
func LoadFS(kinds Kinds, fsys fs.FS) *Set {
	l := &loader{kinds: kinds}
	var errs []*Error
	fail := func(name string, err error) {
		errs = append(errs, &Error{At: Position{File: name}, Reason: err.Error()})
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			fail(name, err)
			return nil
		}
		if !d.Type().IsRegular() || !isManifest(name) {
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			fail(name, err)
			return nil
		}
		l.read(name, data)
		return nil
	})
	if err != nil {
		fail(".", err)
	}
	set := l.finish()
	set.Errors = append(errs, set.Errors...)
	return set
}

// Parse reads one manifest that is in memory. The name decides whether it is JSON
// or YAML, and appears in positions.
func Parse(kinds Kinds, name string, data []byte) *Set {
	l := &loader{kinds: kinds}
	l.read(name, data)
	return l.finish()
}

// loader collects objects first and judges them when all are known, because a
// custom resource may stand before its definition.
type loader struct {
	kinds Kinds
	files []string
	found []candidate
	errs  []*Error
}

// candidate is an object that is well-formed as far as YAML is concerned.
type candidate struct {
	doc  *document
	node *yaml.Node
	obj  *unstructured.Unstructured
	at   Position
	path string // of the object in its document; empty unless it is in a list
}

func (l *loader) read(name string, data []byte) {
	l.files = append(l.files, name)
	if err := textError(data); err != nil {
		err.At.File = name
		l.errs = append(l.errs, err)
		return
	}
	// A byte order mark is invisible in editors. Spaces of the same length would
	// indent the first line.
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if bytes.Count(data, []byte("\r")) != bytes.Count(data, []byte("\r\n")) {
		// A carriage return alone ends a line too.
		data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	docs := yamlDocuments
	if strings.EqualFold(filepath.Ext(name), ".json") {
		docs = jsonDocuments
	}
	for i, d := range docs(data) {
		at := Position{File: name, Document: i + 1, Line: d.line}
		if d.err != nil {
			d.err.At.File, d.err.At.Document = name, i+1
			l.errs = append(l.errs, d.err)
			continue
		}
		at.Line = d.at(d.root)
		obj, verr := toMap(d.root)
		if verr != nil {
			l.fail(&d, at, verr.node, verr.path, verr.reason, false)
			continue
		}
		l.object(candidate{doc: &d, node: d.root, obj: &unstructured.Unstructured{Object: obj}, at: at}, "")
	}
}

// fail records that something is wrong at node n of a document that begins at at.
func (l *loader) fail(d *document, at Position, n *yaml.Node, path, reason string, warning bool) {
	if n != nil {
		at.Line = d.at(n)
	}
	l.errs = append(l.errs, &Error{At: at, Field: path, Reason: reason, Warning: warning})
}

// object records a candidate, or the candidates in it if it is a list. Items of a
// typed list may leave out their kind, which is then itemKind.
func (l *loader) object(c candidate, itemKind string) {
	fail := func(key, reason string) {
		l.fail(c.doc, c.at, valueOf(c.node, key), joinPath(c.path, key), reason, false)
	}
	if itemKind != "" && c.obj.Object["kind"] == nil {
		version, kind, _ := strings.Cut(itemKind, " ")
		c.obj.SetAPIVersion(version)
		c.obj.SetKind(kind)
	}
	for _, key := range []string{"apiVersion", "kind"} {
		if s, ok := c.obj.Object[key].(string); !ok || s == "" {
			if n := valueOf(c.node, key); n != nil {
				fail(key, "want a string, not "+describe(n))
			} else {
				fail(key, "missing")
			}
			return
		}
	}
	if _, err := schema.ParseGroupVersion(c.obj.GetAPIVersion()); err != nil {
		fail("apiVersion", fmt.Sprintf("want group/version, not %q", c.obj.GetAPIVersion()))
		return
	}
	kind, isList := strings.CutSuffix(c.obj.GetKind(), "List")
	if _, hasItems := c.obj.Object["items"]; !isList || !hasItems && kind != "" {
		l.found = append(l.found, c)
		return
	}
	items := valueOf(c.node, "items")
	if items == nil || isNull(target(items)) {
		return
	}
	if items = target(items); items.Kind != yaml.SequenceNode {
		fail("items", "want a list, not "+describe(items))
		return
	}
	if kind != "" {
		itemKind = c.obj.GetAPIVersion() + " " + kind
	} else {
		itemKind = ""
	}
	values, _ := c.obj.Object["items"].([]any)
	for i, n := range items.Content {
		item := candidate{doc: c.doc, node: target(n), at: c.at, path: elem(joinPath(c.path, "items"), i)}
		item.at.Line = c.doc.at(n)
		m, ok := values[i].(map[string]any)
		if !ok {
			l.fail(c.doc, c.at, n, item.path, "want an object, not "+describe(n), false)
			continue
		}
		item.obj = &unstructured.Unstructured{Object: m}
		l.object(item, itemKind)
	}
}

func (l *loader) finish() *Set {
	set := &Set{Files: l.files}
	kinds := l.withDefinitions()
	first := map[ID]Position{}
	skipped := map[Skipped]int{}
	for _, c := range l.found {
		gvk := c.obj.GroupVersionKind()
		namespaced, served := kinds(gvk)
		if !served {
			s := Skipped{File: c.at.File, Kind: gvk, Reason: whyNotServed(kinds, gvk)}
			skipped[s]++
			continue
		}
		if !l.judge(c, namespaced) {
			continue
		}
		if namespaced && c.obj.GetNamespace() == "" {
			c.obj.SetNamespace("default")
		}
		if !namespaced {
			c.obj.SetNamespace("")
		}
		o := Object{Content: c.obj, Namespaced: namespaced, At: c.at}
		if at, dup := first[o.ID()]; dup {
			l.fail(c.doc, c.at, nameNode(c.node), joinPath(c.path, "metadata.name"),
				fmt.Sprintf("%s is already declared at %s, and that one counts", o.ID(), at), false)
			continue
		}
		first[o.ID()] = o.At
		set.Objects = append(set.Objects, o)
	}
	for s, n := range skipped {
		s.Count = n
		set.Skipped = append(set.Skipped, s)
	}
	order := map[string]int{}
	for i, f := range l.files {
		order[f] = i
	}
	slices.SortFunc(set.Skipped, func(a, b Skipped) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Kind.String(), b.Kind.String()))
	})
	slices.SortStableFunc(l.errs, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(order[a.At.File], order[b.At.File]),
			cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.Field, b.Field))
	})
	set.Errors = l.errs
	return set
}

// judge checks a candidate against the type of its kind and the rules for names.
// It reports whether the object can be used.
func (l *loader) judge(c candidate, namespaced bool) bool {
	ok := true
	report := func(n *yaml.Node, path, reason string, warning bool) {
		ok = ok && warning
		if path != "" && !strings.HasPrefix(path, "[") {
			path = joinPath(c.path, path)
		} else {
			path = c.path + path
		}
		l.fail(c.doc, c.at, n, path, reason, warning)
	}
	typ := reflect.TypeFor[partial]()
	if obj, err := scheme.Scheme.New(c.obj.GroupVersionKind()); err == nil {
		typ = reflect.TypeOf(obj)
	}
	for _, f := range check(c.node, typ) {
		if typ == reflect.TypeFor[partial]() && f.warning {
			continue // nothing is known about the fields of a custom resource
		}
		report(f.node, f.path, f.reason, f.warning)
	}
	if !ok {
		return false // its metadata may be anything
	}
	checkNames(c.obj, c.node, namespaced, report)
	return ok
}

// whyNotServed tells a kind that exists in another version from one that does not
// exist at all.
func whyNotServed(kinds Kinds, gvk schema.GroupVersionKind) string {
	for _, gv := range scheme.Scheme.PrioritizedVersionsForGroup(gvk.Group) {
		if _, ok := kinds(gv.WithKind(gvk.Kind)); ok {
			return fmt.Sprintf("not served in this version; %s is", gv)
		}
	}
	return "no definition of this kind"
}

// valueOf returns the value of a key of a mapping, or nil.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	for k, v := range pairs(target(n)) {
		if s, ok := keyOf(k); ok && s == key {
			return v
		}
	}
	return nil
}

// nodeAt follows keys as far as they lead and returns the last node found.
func nodeAt(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		next := valueOf(n, key)
		if next == nil {
			break
		}
		n = next
	}
	return n
}

func nameNode(n *yaml.Node) *yaml.Node { return nodeAt(n, "metadata", "name") }

func joinPath(prefix, path string) string {
	if prefix == "" || path == "" {
		return prefix + path
	}
	return prefix + "." + path
}
