// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxNodes bounds the size that a document may grow to when its aliases are
// replaced by what they stand for.
const maxNodes = 5_000_000

// valueError is a mistake in the tree itself, whatever the object is.
type valueError struct {
	node   *yaml.Node
	path   string
	reason string
}

// toMap converts the tree of an object to what JSON would decode to: maps with
// string keys, slices, strings, booleans, int64 and float64.
func toMap(n *yaml.Node) (map[string]any, *valueError) {
	c := converter{left: maxNodes}
	v, err := c.value(n, "", 0)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, &valueError{node: n, reason: "want an object with apiVersion and kind, not " + describe(n)}
	}
	return m, nil
}

type converter struct{ left int }

func (c *converter) value(n *yaml.Node, path string, depth int) (any, *valueError) {
	c.left--
	switch {
	case c.left < 0:
		return nil, &valueError{n, path, "too large: aliases repeat too much"}
	case depth > maxDepth:
		return nil, &valueError{n, path, fmt.Sprintf("more than %d levels", maxDepth)}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return c.value(n.Alias, path, depth+1)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for i, item := range n.Content {
			v, err := c.value(item, elem(path, i), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		return c.mapping(n, path, depth)
	default:
		return scalar(n), nil
	}
}

func (c *converter) mapping(n *yaml.Node, path string, depth int) (any, *valueError) {
	m := make(map[string]any, len(n.Content)/2)
	lines := make(map[string]int, len(n.Content)/2)
	for k, v := range pairs(n) {
		if isMerge(k) {
			continue
		}
		key, ok := keyOf(k)
		if !ok {
			return nil, &valueError{k, path, "want a string as key, not " + describe(k)}
		}
		if first, dup := lines[key]; dup {
			return nil, &valueError{k, field(path, key), fmt.Sprintf("set twice, first %s", linesAbove(k.Line-first))}
		}
		value, err := c.value(v, field(path, key), depth+1)
		if err != nil {
			return nil, err
		}
		m[key], lines[key] = value, k.Line
	}
	for k, v := range pairs(n) {
		if !isMerge(k) {
			continue
		}
		for _, source := range mergeSources(v) {
			merged, err := c.value(source, path, depth+1)
			if err != nil {
				return nil, err
			}
			fields, ok := merged.(map[string]any)
			if !ok {
				return nil, &valueError{k, path, "want a mapping to merge, not " + describe(source)}
			}
			// What the mapping says itself, and what came first, wins.
			for key, value := range fields {
				if _, set := m[key]; !set {
					m[key] = value
				}
			}
		}
	}
	return m, nil
}

// pairs iterates over keys and values of a mapping.
func pairs(n *yaml.Node) func(yield func(k, v *yaml.Node) bool) {
	return func(yield func(k, v *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "!!merge" || key.Tag == "")
}

func mergeSources(v *yaml.Node) []*yaml.Node {
	v = target(v)
	if v.Kind == yaml.SequenceNode {
		return v.Content
	}
	return []*yaml.Node{v}
}

// target follows an alias to what it stands for.
func target(n *yaml.Node) *yaml.Node {
	for range maxDepth {
		if n.Kind != yaml.AliasNode {
			break
		}
		n = n.Alias
	}
	return n
}

// keyOf returns the key as JSON has it. Numbers and booleans become strings, as
// kubectl does it.
func keyOf(k *yaml.Node) (string, bool) {
	k = target(k)
	if k.Kind != yaml.ScalarNode || isNull(k) {
		return "", false
	}
	if s, ok := scalar(k).(string); ok {
		return s, true
	}
	return fmt.Sprint(scalar(k)), true
}

// tagOf returns the type of a scalar as Kubernetes' tools see it: they still read
// yes, no, on and off as booleans, and dates as strings.
func tagOf(n *yaml.Node) string {
	tag := n.ShortTag()
	switch tag {
	case "!!bool", "!!int", "!!null", "!!str":
	case "!!float":
		// Neither of these is a number in JSON.
		if f, err := strconv.ParseFloat(plainNumber(n.Value), 64); err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			tag = "!!str"
		}
	default:
		tag = "!!str"
	}
	if tag == "!!str" && n.Style == 0 && isOldBoolean(n.Value) {
		return "!!bool"
	}
	return tag
}

// isOldBoolean reports whether s is a boolean of YAML 1.1 only, in one of the
// spellings that count: yes, Yes and YES, but not yEs.
func isOldBoolean(s string) bool {
	lower := strings.ToLower(s)
	return slices.Contains([]string{"y", "yes", "on", "n", "no", "off"}, lower) &&
		(s[1:] == lower[1:] || s == strings.ToUpper(s))
}

func plainNumber(s string) string { return strings.ReplaceAll(s, "_", "") }

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && tagOf(n) == "!!null" }

// scalar returns the value of a scalar: nil, bool, int64, float64 or string.
func scalar(n *yaml.Node) any {
	switch tagOf(n) {
	case "!!null":
		return nil
	case "!!bool":
		return slices.Contains([]string{"true", "y", "yes", "on"}, strings.ToLower(n.Value))
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return i
		}
		f, err := strconv.ParseFloat(plainNumber(n.Value), 64)
		if err == nil {
			return f
		}
	case "!!float":
		f, err := strconv.ParseFloat(plainNumber(n.Value), 64)
		if err == nil {
			return f
		}
	}
	return n.Value
}

// describe names a value as a message would: "a list", `the string "80"`.
func describe(n *yaml.Node) string {
	n = target(n)
	switch n.Kind { //nolint:exhaustive // the rest is scalar
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	text := n.Value
	if r := []rune(text); len(r) > 40 {
		text = string(r[:40]) + "…"
	}
	switch tagOf(n) {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "the boolean " + text
	case "!!int", "!!float":
		return "the number " + text
	default:
		return "the string " + strconv.Quote(text)
	}
}

func linesAbove(n int) string {
	switch {
	case n <= 0:
		return "on the same line"
	case n == 1:
		return "one line above"
	default:
		return fmt.Sprintf("%d lines above", n)
	}
}

// field appends a field to a path. Keys that are no plain names are quoted.
func field(path, key string) string {
	if strings.ContainsAny(key, ". []\"/\t\n") || key == "" {
		return path + "[" + strconv.Quote(key) + "]"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func elem(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
