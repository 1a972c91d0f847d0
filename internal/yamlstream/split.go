// SPDX-License-Identifier: Apache-2.0

package yamlstream

import "bytes"

// Document is one document of a stream.
type Document struct {
	// Line is the line of the stream on which the text begins, counted from one.
	Line int
	// Text is the document with its markers, comments and directives. It is a part of
	// the stream, not a copy.
	Text []byte
}

// Split splits a stream where documents begin and end. A line that begins with three
// hyphens or dots is such a place wherever it stands, even inside a quoted string. All
// of the stream is in one document or another, and none is without text; an empty
// stream has none.
func Split(data []byte) []Document {
	var (
		docs  []Document
		begin = 0     // of the current document
		first = 1     // its first line
		line  = 0     // lines seen
		head  = true  // so far the document has comments, directives and empty lines only
		named = false // and a directive among them, so that the marker belongs to it
	)
	flush := func(end, next int) {
		if end > begin {
			docs = append(docs, Document{Line: first, Text: data[begin:end]})
		}
		begin, first, head, named = end, next, true, false
	}
	for at := 0; at < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		text := data[at:end]
		line++
		switch {
		case isMarker(text, "---"):
			if !head || !named {
				flush(at, line)
			}
			head = false
		case isMarker(text, "..."):
			flush(end, line+1)
		case head && text[0] == '%':
			named = true
		case !isBlank(text):
			head = false
		}
		at = end
	}
	flush(len(data), 0)
	return docs
}

func isMarker(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

func isBlank(line []byte) bool {
	line = bytes.TrimLeft(line, " \t\r\n")
	return len(line) == 0 || line[0] == '#'
}
