// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
)

// parse returns the objects in the documents of a YAML text. Documents of nothing
// but comments are left out. The error names the document, the first being 1, and
// the line in the text.
func parse(s *runtime.Scheme, text string) ([]any, error) {
	decoder := serializer.NewCodecFactory(s, serializer.EnableStrict).UniversalDeserializer()
	var objects []any
	for i, d := range documents(text) {
		if d.blank() {
			continue
		}
		// Lines that went before make the parser count from the text's beginning.
		o, _, err := decoder.Decode([]byte(strings.Repeat("\n", d.line-1)+d.text), nil, nil)
		if err != nil {
			return nil, fmt.Errorf("document %d, which begins in line %d: %w", i+1, d.line, err)
		}
		objects = append(objects, o)
	}
	return objects, nil
}

// document is a part of a YAML text.
type document struct {
	text string
	line int // in which it begins
}

func (d document) blank() bool {
	for line := range strings.Lines(d.text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

// documents splits a text at the lines that are nothing but three dashes.
func documents(text string) []document {
	var all []document
	d := document{line: 1}
	at := 0
	for line := range strings.Lines(text) {
		at++
		if strings.TrimRight(line, " \t\r\n") == "---" {
			all = append(all, d)
			d = document{line: at + 1}
			continue
		}
		d.text += line
	}
	return append(all, d)
}
