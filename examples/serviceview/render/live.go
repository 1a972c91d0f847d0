// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/krtkit/krtkit/examples/serviceview/view"
	"github.com/krtkit/krtkit/krt"
)

// Live prints a view and then its changes. Handle is a handler for the collection of
// services.
type Live struct {
	// Printer is where and how to print.
	Printer Printer
	// JSON prints one JSON value a line instead of text: first a [Document], then
	// a [Change] for each change.
	JSON bool
	// Now is the clock of the changes.
	Now func() time.Time
	// Current explains changes: see [Causes].
	Current func(view.Source) (view.Source, bool)

	// mu guards what follows, and the printer.
	mu       sync.Mutex
	services map[string]view.Service
	started  bool
	err      error
}

// Change is a change of one service. Its JSON form is stable.
type Change struct {
	Time time.Time `json:"time"`
	// Event is "add", "update" or "delete".
	Event string `json:"event"`
	// Service is the new view, or the last one of a service that was deleted.
	Service view.Service `json:"service"`
	// Changes say what is different; empty for other events than updates.
	Changes []string `json:"changes"`
	// Because names the objects whose change is the cause.
	Because []string `json:"because"`
}

// Handle remembers the views, and prints changes once Start has been called. It is
// given to RegisterBatch.
func (l *Live) Handle(events []krt.Event[view.Service]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.services == nil {
		l.services = map[string]view.Service{}
	}
	var changed []Change
	for _, e := range events {
		latest := e.Latest()
		key := latest.ResourceName()
		before := l.services[key]
		if e.Event == krt.EventDelete {
			delete(l.services, key)
		} else {
			l.services[key] = latest
		}
		if l.started {
			changed = append(changed, l.change(e.Event, before, latest))
		}
	}
	// One change of an object can change many services, in no particular order.
	slices.SortStableFunc(changed, func(a, b Change) int {
		return strings.Compare(a.Service.ResourceName(), b.Service.ResourceName())
	})
	for _, c := range changed {
		l.keep(l.print(c))
	}
}

// Start prints the whole view as it is known now. From then on Handle prints.
func (l *Live) Start() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	services := make([]view.Service, 0, len(l.services))
	for _, s := range l.services {
		services = append(services, s)
	}
	Sort(services)
	l.started = true
	if l.JSON {
		return l.line(Document{services})
	}
	return l.Printer.Table(services)
}

// Message prints a line about something other than a service, in the order of the
// changes. It prints nothing as JSON.
func (l *Live) Message(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.JSON {
		return
	}
	text := fmt.Sprintf(format, args...)
	if l.Now != nil {
		text = l.clock(l.Now()) + " " + text
	}
	l.keep(l.Printer.write(bytes.NewBufferString(text + "\n")))
}

// Err returns the first error of writing, if there was one.
func (l *Live) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *Live) keep(err error) {
	if l.err == nil {
		l.err = err
	}
}

func (l *Live) change(event krt.EventType, before, latest view.Service) Change {
	c := Change{Event: event.String(), Service: latest, Changes: []string{}}
	if l.Now != nil {
		c.Time = l.Now()
	}
	after := latest
	switch event {
	case krt.EventDelete:
		after = view.Service{}
	case krt.EventUpdate:
		c.Changes = append(c.Changes, Changes(before, latest)...)
	case krt.EventAdd:
	}
	c.Because = Causes(before, after, l.Current)
	return c
}

func (l *Live) print(c Change) error {
	if l.JSON {
		return l.line(c)
	}
	p := l.Printer
	var b bytes.Buffer
	sign, paint := "~", yellow
	lines := c.Changes
	switch c.Event {
	case "add":
		sign, paint = "+", green
		lines = []string{summaryOf(c.Service)}
		for _, problem := range c.Service.Problems {
			lines = append(lines, fmt.Sprintf("%s: %s", problem.Severity, problem.Message))
		}
	case "delete":
		sign, paint = "-", red
	}
	fmt.Fprintf(&b, "%s %s %s\n", l.clock(c.Time), p.paint(paint, sign), p.paint(bold, clean(c.Service.ResourceName())))
	indented := func(text string, c color) {
		for i, part := range wrap(clean(text), p.width()-6) {
			lead := "    "
			if i > 0 {
				lead += "  "
			}
			b.WriteString(lead + p.paint(c, part) + "\n")
		}
	}
	for _, text := range lines {
		indented(text, reset)
	}
	if len(c.Because) > 0 {
		indented("because "+strings.Join(limit(c.Because, 4), ", "), dim)
	}
	return p.write(&b)
}

func (l *Live) clock(t time.Time) string { return l.Printer.paint(dim, t.Format(time.TimeOnly)) }

// summaryOf describes a service in one line.
func summaryOf(s view.Service) string {
	parts := []string{s.Type}
	if ports := portCells(s); len(ports) > 0 {
		parts = append(parts, strings.Join(ports, " "))
	}
	if cell := podsCell(s); cell != "-" {
		parts = append(parts, cell+" ready")
	}
	if names := workloadCells(s); len(names) > 0 {
		parts = append(parts, strings.Join(names, " "))
	}
	return strings.Join(parts, ", ")
}

// line writes a value as JSON in one line.
func (l *Live) line(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encoding the view: %w", err)
	}
	return l.Printer.write(&b)
}
