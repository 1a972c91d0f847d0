// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/krtkit/krtkit/internal/yamlstream"
)

// maxFileSize keeps a mistaken path from filling the memory. The manifests of
// 50,000 pods are smaller.
const maxFileSize = 128 << 20

// maxDepth bounds how deep values may nest, because they are walked recursively.
const maxDepth = 1000

// document is one document of a file: a tree, or the error that it is.
type document struct {
	// line and last are the lines of the file on which the document begins and
	// ends.
	line, last int
	// root is nil if the document is empty.
	root *yaml.Node
	err  *Error
}

// at returns the line of the file on which n stands. To YAML some characters end a
// line that do not to editors, so the result is kept inside the document.
func (d *document) at(n *yaml.Node) int { return min(d.line+max(n.Line, 1)-1, d.last) }

// textError returns what keeps data from being text that a parser should see.
func textError(data []byte) *Error {
	if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		return &Error{At: Position{Document: 1, Line: 1}, Reason: "the file is UTF-16; save it as UTF-8"}
	}
	at := bytes.IndexByte(data, 0)
	if at < 0 && !utf8.Valid(data) {
		at = 0
		for at < len(data) {
			r, size := utf8.DecodeRune(data[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
	}
	if at < 0 {
		return nil
	}
	return &Error{
		At:     Position{Document: 1, Line: 1 + bytes.Count(data[:at], []byte("\n"))},
		Reason: fmt.Sprintf("not a text file: byte 0x%02x is not UTF-8 text", data[at]),
	}
}

// yamlDocuments parses each document alone, so that a mistake in one is not one of
// those that follow.
func yamlDocuments(data []byte) []document {
	var docs []document
	for _, c := range yamlstream.Split(data) {
		root, err := parseYAML(c)
		switch {
		case err != nil:
			docs = append(docs, document{line: c.Line, err: err})
		case root != nil:
			docs = append(docs, document{line: c.Line, last: c.Line + lastLine(c.Text) - 1, root: root})
		}
	}
	return docs
}

// lastLine returns the number of the last line of text that is not empty, and at
// least one.
func lastLine(text []byte) int {
	return bytes.Count(bytes.TrimRight(text, "\r\n"), []byte("\n")) + 1
}

// parseYAML returns the tree of a document, or nil for one that is empty.
func parseYAML(c yamlstream.Document) (*yaml.Node, *Error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(c.Text, &doc); err != nil {
		line, reason := yamlErrorLine(err, c.Text)
		return nil, &Error{At: Position{Line: c.Line + line - 1}, Reason: reason}
	}
	if len(doc.Content) == 0 || isNull(doc.Content[0]) {
		return nil, nil //nolint:nilnil // an empty document is neither a tree nor an error
	}
	return doc.Content[0], nil
}

// yamlErrorLine returns the line of text, counted from one, that is to blame.
func yamlErrorLine(err error, text []byte) (int, string) {
	last := lastLine(text)
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return 1, "not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")
	}
	line := load.Mark.Line
	reason := "not YAML: " + load.Message
	switch {
	case load.ContextMark.Line > 0 && (strings.Contains(load.Message, "could not find expected ':'") ||
		strings.Contains(load.Message, "unexpected end of stream")):
		// The parser notices only later that this was no key, or that a quote
		// has no end.
		line = load.ContextMark.Line
	case strings.Contains(load.Message, "control characters"):
		for i, b := range text {
			if b < ' ' && b != '\t' && b != '\r' && b != '\n' {
				line = bytes.Count(text[:i], []byte("\n")) + 1
				break
			}
		}
	}
	line = min(max(line, 1), last)
	if begin := load.ContextMark.Line; load.ContextMsg != "" && begin > 0 && begin < line {
		reason += fmt.Sprintf(" (%s that begins %s)", load.ContextMsg, linesAbove(line-begin))
	}
	return line, reason
}

// jsonDocuments reads JSON values that follow each other. After a mistake there is
// no telling where the next value begins, so it ends there.
func jsonDocuments(data []byte) []document {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	p := &jsonParser{dec: dec, data: data, line: 1}
	var docs []document
	last := lastLine(data)
	for {
		n, err := p.value(0)
		switch {
		case errors.Is(err, io.EOF) && !p.inside:
			return docs
		case err != nil:
			return append(docs, document{line: 1, err: p.failure(err)})
		case !isNull(n):
			docs = append(docs, document{line: 1, last: last, root: n})
		}
		p.inside = false
	}
}

// jsonParser builds the tree that the YAML parser would build, with the lines of
// its values. YAML's idea of JSON's strings differs, so it cannot do this itself.
type jsonParser struct {
	dec    *json.Decoder
	data   []byte
	inside bool // a value has begun
	offset int  // up to which lines are counted
	line   int  // of offset
}

// token returns the next token and its line.
func (p *jsonParser) token() (json.Token, int, error) {
	t, err := p.dec.Token()
	if err != nil {
		return nil, 0, err
	}
	p.inside = true
	end := int(p.dec.InputOffset())
	// No token of JSON spans lines: the line on which it ends is its line.
	p.line += bytes.Count(p.data[p.offset:end], []byte("\n"))
	p.offset = end
	return t, p.line, nil
}

func (p *jsonParser) value(depth int) (*yaml.Node, error) {
	t, line, err := p.token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("more than %d levels", maxDepth)
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: line}
	switch t := t.(type) {
	case nil:
		n.Tag, n.Value = "!!null", "null"
	case bool:
		n.Tag, n.Value = "!!bool", fmt.Sprint(t)
	case string:
		n.Tag, n.Value, n.Style = "!!str", t, yaml.DoubleQuotedStyle
	case json.Number:
		n.Tag, n.Value = "!!float", t.String()
		if !strings.ContainsAny(n.Value, ".eE") {
			n.Tag = "!!int"
		}
	case json.Delim:
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
		if t == '[' {
			n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		}
		for p.dec.More() {
			// In an object keys and values take turns; a key is a token like
			// any other.
			child, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		if _, _, err := p.token(); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (p *jsonParser) failure(err error) *Error {
	at, reason := int(p.dec.InputOffset()), err.Error()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = int(syntax.Offset)
		// The decoder points at the wrong byte, or behind it, depending on what
		// it was about to read. It never objects to a space, except in a string.
		if at > 0 && at <= len(p.data) &&
			(bytes.IndexByte([]byte(" \t\r\n"), p.data[at-1]) < 0 || strings.Contains(reason, "string literal")) {
			at--
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		at, reason = len(bytes.TrimRight(p.data, " \t\r\n")), "the file ends in the middle of a value"
	}
	at = min(max(at, 0), len(p.data))
	return &Error{
		At:     Position{Line: 1 + bytes.Count(p.data[:at], []byte("\n"))},
		Reason: "not JSON: " + reason + "; the rest of the file is not read",
	}
}
