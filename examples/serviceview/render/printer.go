// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/krtkit/krtkit/examples/serviceview/view"
)

// Printer writes views to a stream.
type Printer struct {
	Out io.Writer
	// Width is the number of columns that a line may have; zero means 100.
	Width int
	// Color turns escape sequences on.
	Color bool
}

type color string

const (
	bold   color = "\x1b[1m"
	dim    color = "\x1b[2m"
	red    color = "\x1b[31m"
	green  color = "\x1b[32m"
	yellow color = "\x1b[33m"
	blue   color = "\x1b[34m"
	reset  color = "\x1b[0m"
)

func (p Printer) paint(c color, s string) string {
	if !p.Color || s == "" {
		return s
	}
	return string(c) + s + string(reset)
}

func (p Printer) width() int {
	if p.Width <= 0 {
		return 100
	}
	return p.Width
}

// write sends everything in one call, so that lines of two writers do not mix.
func (p Printer) write(b *bytes.Buffer) error {
	if _, err := p.Out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing the view: %w", err)
	}
	return nil
}

// Sort puts services in order of namespace and name.
func Sort(services []view.Service) {
	slices.SortFunc(services, func(a, b view.Service) int {
		return strings.Compare(a.Namespace+"\x00"+a.Name, b.Namespace+"\x00"+b.Name)
	})
}

// Document is the JSON form of a whole view.
type Document struct {
	Services []view.Service `json:"services"`
}

// JSON writes the services as one indented [Document].
func (p Printer) JSON(services []view.Service) error {
	if services == nil {
		services = []view.Service{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(Document{services}); err != nil {
		return fmt.Errorf("encoding the view: %w", err)
	}
	return p.write(&b)
}

func severityMark(s view.Severity) (mark string, c color) {
	switch s {
	case view.Error:
		return "✗", red
	case view.Warning:
		return "!", yellow
	case view.Note:
		return "·", blue
	case view.OK:
	}
	return "✓", green
}

// clean replaces what would move the cursor or hide text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '�'
	}, s)
}
