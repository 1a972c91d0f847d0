// SPDX-License-Identifier: Apache-2.0

package fieldset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// maxDepth is how deep objects and arrays may be nested, as it is for encoding/json.
const maxDepth = 10000

// JSONObject returns an object without the fields that are not in the set. What is left
// out is looked at only as far as it takes to find its end.
func (s *Set) JSONObject(data []byte) ([]byte, error) {
	c := jsonCutter{in: data, out: make([]byte, 0, len(data)/8)}
	return c.document(func() error { return c.value(s.tree, 0) })
}

// JSONList returns a list whose objects, in its field "items", have no fields that are not
// in the set. The list's own fields stay.
func (s *Set) JSONList(data []byte) ([]byte, error) {
	c := jsonCutter{in: data, out: make([]byte, 0, len(data)/8)}
	return c.document(func() error {
		return c.object(0, func(name string) (tree, bool) {
			if name == "items" {
				return s.tree, true
			}
			return nil, true
		})
	})
}

// JSONKind returns the kind that an object or list says it is, empty if it says none.
func JSONKind(data []byte) string {
	kind := ""
	c := jsonCutter{in: data}
	c.space()
	errFound := errors.New("found")
	err := c.fields(func(name string, _ []byte) error {
		start := c.at
		if err := c.skip(); err != nil || name != "kind" {
			return err
		}
		if json.Unmarshal(c.in[start:c.at], &kind) != nil {
			kind = ""
		}
		return errFound
	})
	if !errors.Is(err, errFound) {
		return ""
	}
	return kind
}

// jsonCutter copies some of what it reads.
type jsonCutter struct {
	in  []byte
	at  int
	out []byte
}

func (c *jsonCutter) document(cut func() error) ([]byte, error) {
	c.space()
	if err := cut(); err != nil {
		return nil, err
	}
	c.out = append(c.out, c.in[c.at:]...) // for the decoder to judge
	return c.out, nil
}

// value copies what is in the tree of a value; of arrays, of each element.
func (c *jsonCutter) value(t tree, depth int) error {
	if len(t) == 0 {
		return c.copyValue()
	}
	switch c.peek() {
	case '{':
		return c.object(depth, func(name string) (tree, bool) {
			rest, wanted := t[name]
			return rest, wanted
		})
	case '[':
		return c.array(t, depth)
	default:
		return c.copyValue()
	}
}

// object copies the fields that choose wants, with what is in their trees.
func (c *jsonCutter) object(depth int, choose func(name string) (tree, bool)) error {
	if depth > maxDepth {
		return c.errorf("objects are nested too deeply")
	}
	c.out = append(c.out, '{')
	first := true
	err := c.fields(func(name string, quoted []byte) error {
		rest, wanted := choose(name)
		if !wanted {
			return c.skip()
		}
		if !first {
			c.out = append(c.out, ',')
		}
		first = false
		c.out = append(append(c.out, quoted...), ':')
		return c.value(rest, depth+1)
	})
	c.out = append(c.out, '}')
	return err
}

func (c *jsonCutter) array(t tree, depth int) error {
	if depth > maxDepth {
		return c.errorf("arrays are nested too deeply")
	}
	c.at++
	c.out = append(c.out, '[')
	for c.space(); c.peek() != ']'; {
		if err := c.value(t, depth+1); err != nil {
			return err
		}
		if c.space(); c.peek() == ',' {
			c.out = append(c.out, ',')
			c.at++
			c.space()
		} else if c.peek() != ']' {
			return c.errorf("array is not closed")
		}
	}
	c.at++
	c.out = append(c.out, ']')
	return nil
}

// fields calls visit with the name of each field of an object, and as it is written, when
// its value is to be read.
func (c *jsonCutter) fields(visit func(name string, quoted []byte) error) error {
	if c.peek() != '{' {
		return c.errorf("object expected")
	}
	c.at++
	for c.space(); c.peek() != '}'; {
		name, quoted, err := c.name()
		if err != nil {
			return err
		}
		if err := visit(name, quoted); err != nil {
			return err
		}
		if c.space(); c.peek() == ',' {
			c.at++
			c.space()
		} else if c.peek() != '}' {
			return c.errorf("object is not closed")
		}
	}
	c.at++
	return nil
}

// name reads the name of a field, up to its value.
func (c *jsonCutter) name() (name string, quoted []byte, err error) {
	start := c.at
	if c.peek() != '"' {
		return "", nil, c.errorf("name of a field expected")
	}
	if err := c.skipString(); err != nil {
		return "", nil, err
	}
	quoted = c.in[start:c.at]
	if c.space(); c.peek() != ':' {
		return "", nil, c.errorf("colon expected after %s", quoted)
	}
	c.at++
	c.space()
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1]), quoted, nil
	}
	if err := json.Unmarshal(quoted, &name); err != nil {
		return "", nil, c.errorf("name of a field: %v", err)
	}
	return name, quoted, nil
}

func (c *jsonCutter) copyValue() error {
	start := c.at
	err := c.skip()
	c.out = append(c.out, c.in[start:c.at]...)
	return err
}

// skip moves behind a value.
func (c *jsonCutter) skip() error {
	var open []byte // brackets that are
	for {
		switch b := c.peek(); b {
		case '"':
			if err := c.skipString(); err != nil {
				return err
			}
		case '{', '[':
			if len(open) > maxDepth {
				return c.errorf("value is nested too deeply")
			}
			open = append(open, b+2) // which closes it
			c.at++
		case '}', ']':
			if len(open) == 0 || open[len(open)-1] != b {
				return c.errorf("%q closes nothing", b)
			}
			open = open[:len(open)-1]
			c.at++
		case ',', ':', ' ', '\t', '\r', '\n':
			if len(open) == 0 {
				return c.errorf("value expected")
			}
			c.at++
		case 0:
			return c.errorf("value ends early")
		default:
			c.skipLiteral()
		}
		if len(open) == 0 {
			return nil
		}
	}
}

func (c *jsonCutter) skipString() error {
	for at := c.at + 1; ; {
		end := bytes.IndexByte(c.in[at:], '"')
		if end < 0 {
			return c.errorf("string is not closed")
		}
		at += end + 1
		escapes := 0
		for i := at - 2; c.in[i] == '\\' && i > c.at; i-- {
			escapes++
		}
		if escapes%2 == 0 {
			c.at = at
			return nil
		}
	}
}

// skipLiteral moves behind a number, true, false or null.
func (c *jsonCutter) skipLiteral() {
	for c.at++; c.at < len(c.in); c.at++ {
		switch c.in[c.at] {
		case ',', ':', '}', ']', '{', '[', '"', ' ', '\t', '\r', '\n':
			return
		}
	}
}

func (c *jsonCutter) space() {
	for c.at < len(c.in) {
		switch c.in[c.at] {
		case ' ', '\t', '\r', '\n':
			c.at++
		default:
			return
		}
	}
}

// peek returns the next byte, 0 at the end.
func (c *jsonCutter) peek() byte {
	if c.at >= len(c.in) {
		return 0
	}
	return c.in[c.at]
}

func (c *jsonCutter) errorf(format string, args ...any) error {
	return fmt.Errorf("JSON at byte %d: "+format, append([]any{c.at}, args...)...)
}
