// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// finding is one thing that the checker has to say about a node.
type finding struct {
	node    *yaml.Node
	path    string
	reason  string
	warning bool
}

// checker compares a tree with the Go type of its kind. Decoders of JSON do that
// too, but they stop at the first mistake and know neither lines nor list indexes.
type checker struct {
	findings []finding
	fields   map[reflect.Type]map[string]reflect.Type
}

func check(n *yaml.Node, t reflect.Type) []finding {
	c := &checker{fields: map[reflect.Type]map[string]reflect.Type{}}
	c.value(n, t, "")
	return c.findings
}

func (c *checker) wrong(n *yaml.Node, path, want string) {
	c.findings = append(c.findings, finding{node: n, path: path, reason: "want " + want + ", not " + describe(n)})
}

// value expects that the tree has been through [toMap]: it is of bounded depth and
// size, and its keys are unique.
func (c *checker) value(n *yaml.Node, t reflect.Type, path string) {
	n = target(n)
	if isNull(n) {
		return // in Kubernetes, null means "not set"
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		c.unmarshaler(n, t, path)
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		c.object(n, t, path)
	case reflect.Map:
		if n.Kind != yaml.MappingNode {
			c.wrong(n, path, "a mapping")
			return
		}
		for k, v := range pairs(n) {
			if isMerge(k) {
				for _, source := range mergeSources(v) {
					c.value(source, t, path)
				}
			} else if key, ok := keyOf(k); ok {
				c.value(v, t.Elem(), field(path, key))
			}
		}
	case reflect.Slice, reflect.Array:
		c.list(n, t, path)
	default:
		c.scalar(n, t, path)
	}
}

func (c *checker) object(n *yaml.Node, t reflect.Type, path string) {
	if n.Kind != yaml.MappingNode {
		c.wrong(n, path, "a mapping")
		return
	}
	fields := c.fieldsOf(t)
	for k, v := range pairs(n) {
		if isMerge(k) {
			for _, source := range mergeSources(v) {
				c.value(source, t, path)
			}
			continue
		}
		key, ok := keyOf(k)
		if !ok {
			continue
		}
		ft, known := fields[key]
		if !known {
			reason := "there is no such field"
			for name := range fields {
				if strings.EqualFold(name, key) {
					reason = "there is no such field; it is spelled " + name
				}
			}
			c.findings = append(c.findings, finding{node: k, path: field(path, key), reason: reason, warning: true})
			continue
		}
		c.value(v, ft, field(path, key))
	}
}

func (c *checker) list(n *yaml.Node, t reflect.Type, path string) {
	if t.Elem().Kind() == reflect.Uint8 {
		_, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(n.Value))
		if n.Kind != yaml.ScalarNode || err != nil {
			c.wrong(n, path, "base64 text")
		}
		return
	}
	if n.Kind != yaml.SequenceNode {
		c.wrong(n, path, "a list")
		return
	}
	for i, item := range n.Content {
		c.value(item, t.Elem(), elem(path, i))
	}
}

func (c *checker) scalar(n *yaml.Node, t reflect.Type, path string) {
	is := func(tags ...string) bool {
		for _, tag := range tags {
			if n.Kind == yaml.ScalarNode && tagOf(n) == tag {
				return true
			}
		}
		return false
	}
	switch t.Kind() { //nolint:exhaustive // the kinds that API types do not use need no check
	case reflect.String:
		if !is("!!str") {
			c.wrong(n, path, "a string")
		}
	case reflect.Bool:
		if !is("!!bool") {
			c.wrong(n, path, "true or false")
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, ok := scalar(n).(int64)
		switch {
		case !is("!!int"):
			c.wrong(n, path, "a whole number")
		case !ok || reflect.Zero(t).OverflowInt(i):
			c.wrong(n, path, fmt.Sprintf("a number of %d bits", t.Bits()))
		}
	case reflect.Float32, reflect.Float64:
		if !is("!!int", "!!float") {
			c.wrong(n, path, "a number")
		}
	}
}

// unmarshaler lets a type with rules of its own, like a quantity or a time, judge.
func (c *checker) unmarshaler(n *yaml.Node, t reflect.Type, path string) {
	conv := converter{left: maxNodes}
	v, verr := conv.value(n, path, 0)
	if verr != nil {
		c.findings = append(c.findings, finding{node: verr.node, path: verr.path, reason: verr.reason})
		return
	}
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, reflect.New(t).Interface())
	}
	if err == nil {
		return
	}
	want := map[string]string{
		"IntOrString": "a whole number or a string",
		"Quantity":    `a quantity such as "100m" or "2Gi"`,
		"Time":        "a time such as 2006-01-02T15:04:05Z",
		"MicroTime":   "a time such as 2006-01-02T15:04:05.000000Z",
		"Duration":    `a duration such as "1m30s"`,
	}[t.Name()]
	if want == "" {
		want = "a value for " + t.Name()
	}
	c.wrong(n, path, want)
}

// fieldsOf returns the types of the fields of a struct by their JSON names,
// including those of the structs that are inlined into it.
func (c *checker) fieldsOf(t reflect.Type) map[string]reflect.Type {
	if fields, ok := c.fields[t]; ok {
		return fields
	}
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case name == "" && (f.Anonymous || strings.Contains(opts, "inline")):
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			maps.Copy(fields, c.fieldsOf(inner))
		case name == "":
			fields[f.Name] = f.Type
		default:
			fields[name] = f.Type
		}
	}
	c.fields[t] = fields
	return fields
}
