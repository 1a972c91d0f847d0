// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

// Graph is what krt knows of collections and of how they depend on each other, as of
// about the same time. It is a value: it does not change, and belongs to who asked
// for it. As JSON it has the field names of the tags.
type Graph struct {
	// Collections are the collections in the order in which they were made.
	Collections []CollectionInfo `json:"collections"`
}

// CollectionInfo describes one collection.
type CollectionInfo struct {
	// ID is a number that no other collection of the process has.
	ID uint64 `json:"id"`
	// Name is the collection's name, which others may have too.
	Name string `json:"name"`
	// Kind says how the collection came about: static, informer, collection, join and
	// so on.
	Kind string `json:"kind"`
	// Type is the Go type of the objects.
	Type string `json:"type"`
	// Objects is how many objects there are.
	Objects int `json:"objects"`
	// Synced says whether the first complete state is there.
	Synced bool `json:"synced"`
	// Stopped says whether the collection was stopped.
	Stopped bool `json:"stopped,omitempty"`
	// Reads are the IDs of the collections that this one reads. For one that is derived
	// from a collection, that comes first.
	Reads []uint64 `json:"reads,omitempty"`
	// Indexes are the names of its indexes, also of those that krt keeps by itself for
	// filters by label and selector.
	Indexes []string `json:"indexes,omitempty"`
	// Handlers is how many handlers are registered.
	Handlers int `json:"handlers"`
	// Backlog is how many commits the slowest of them has not been told yet.
	Backlog uint64 `json:"backlog"`
	// Waits says what the collection waits for, one line for each thing, if it does not
	// reflect everything above it.
	Waits []string `json:"waits,omitempty"`
	// Counters count what happened since the collection was made.
	Counters Counters `json:"counters"`
	// Panics are the last panics of the keys whose last call panicked; see
	// [WithPanicHandler].
	Panics []*PanicError `json:"panics,omitempty"`
	// Metadata is what was given by [WithMetadata]. The map is shared.
	Metadata Metadata `json:"metadata,omitempty"`
}

// Counters count what a collection did.
type Counters struct {
	// Commits is how often the content changed.
	Commits uint64 `json:"commits"`
	// Changes is how many objects were added, updated and deleted by that.
	Changes uint64 `json:"changes"`
	// Runs is how often the collection was brought up to date.
	Runs uint64 `json:"runs"`
	// GivenUp is how many runs had to be begun anew, because what they had read changed
	// under them.
	GivenUp uint64 `json:"givenUp"`
	// Calls is how often the transformation returned in those runs; in a join, how often
	// the winner of a key was found.
	Calls uint64 `json:"calls"`
	// Idle is how many of the calls changed nothing.
	Idle uint64 `json:"idle"`
	// Panics is how many calls panicked; see [WithPanicHandler].
	Panics uint64 `json:"panics"`
	// Busy is how long the runs took together, in nanoseconds as JSON. Of runs that
	// take a few microseconds only one in sixteen is timed, and counted for all.
	Busy time.Duration `json:"busy"`
	// Last is how long the last run took that was timed, and Began when that was.
	Last  time.Duration `json:"last"`
	Began time.Time     `json:"began,omitzero"`
	// Cause says what the last run was for.
	Cause Cause `json:"cause"`
}

// Cause says what a run was for: the first state, or changes to what the collection
// reads.
type Cause struct {
	// First says that it was the first run.
	First bool `json:"first,omitempty"`
	// Collection and ID are those of the collection that one of the changes was in, and
	// Key is the key of what changed.
	Collection string `json:"collection,omitempty"`
	ID         uint64 `json:"id,omitempty"`
	Key        string `json:"key,omitempty"`
	// Changes is how many changes there were.
	Changes int `json:"changes,omitempty"`
}

// String says the same in words.
func (c Cause) String() string {
	switch {
	case c.First:
		return "the first state"
	case c.Changes == 0:
		return "nothing yet"
	case c.Changes == 1:
		return fmt.Sprintf("a change of %q in %q", c.Key, c.Collection)
	default:
		return fmt.Sprintf("%d changes, among them %q in %q", c.Changes, c.Key, c.Collection)
	}
}

// noteChange counts a change in the cause.
func noteChange(c *Cause, n *graph.Node, key string) {
	if c.Changes++; c.Changes == 1 {
		c.Collection, c.ID, c.Key = n.Name(), n.ID(), key
	}
}

// history counts what runs did.
type history struct {
	calls, idle uint64
	cause       Cause
}

func (h *history) add(cause Cause, calls, idle uint64) {
	h.calls += calls
	h.idle += idle
	if cause.First || cause.Changes > 0 {
		h.cause = cause
	}
}

// Describe returns the graphs that the collections are part of: themselves, all that
// they read, all that reads those, and so on. It waits for no transformation and no
// handler. It is an error to ask for something that is not a collection of this
// package.
func Describe(collections ...Syncer) (Graph, error) {
	nodes, err := nodesOf("Describe", collections)
	if err != nil {
		return Graph{}, err
	}
	return describe(nodes), nil
}

// Describe returns the graphs that the handler's collections are part of.
func (p *DebugHandler) Describe() Graph {
	var nodes []*graph.Node
	for _, c := range p.all() {
		nodes = append(nodes, c.node)
	}
	return describe(nodes)
}

// nodesOf returns the nodes of collections; what asks for them.
func nodesOf(what string, collections []Syncer) ([]*graph.Node, error) {
	nodes := make([]*graph.Node, len(collections))
	for i, c := range collections {
		n, ok := c.(interface{ graphNode() *graph.Node })
		if !ok {
			return nil, fmt.Errorf("krt: %s: a %T is not a collection", what, c)
		}
		nodes[i] = n.graphNode()
	}
	return nodes, nil
}

func describe(nodes []*graph.Node) Graph {
	g := Graph{Collections: []CollectionInfo{}}
	graph.Describe(func(i graph.Info) {
		c := CollectionInfo{
			ID: i.Node.ID(), Name: i.Node.Name(), Synced: i.Synced, Stopped: i.Node.Stopped(), Waits: i.Waits,
			Counters: Counters{
				Runs: i.Runs.Done, GivenUp: i.Runs.GivenUp, Busy: i.Runs.Busy, Last: i.Runs.Last, Began: i.Runs.Began,
			},
		}
		for _, p := range i.Parents {
			c.Reads = append(c.Reads, p.ID())
		}
		if d, ok := i.Life.(interface{ describe(c *CollectionInfo) }); ok {
			d.describe(&c)
			g.Collections = append(g.Collections, c)
		}
	}, nodes...)
	slices.SortFunc(g.Collections, func(a, b CollectionInfo) int { return cmp.Compare(a.ID, b.ID) })
	return g
}

// describe adds what the stream knows. The graph is locked.
func (s *stream[T]) describe(c *CollectionInfo) {
	c.Kind, c.Type, c.Metadata = s.kind, reflect.TypeFor[T]().String(), s.metadata
	c.Counters.Commits, c.Counters.Changes = s.commits, s.changed
	c.Handlers = len(s.regs)
	for _, r := range s.regs {
		c.Backlog = max(c.Backlog, s.links-r.seen.Load())
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	c.Objects = s.live.objects.Len()
	for _, def := range s.defs {
		c.Indexes = append(c.Indexes, def.name)
	}
	slices.Sort(c.Indexes)
}

func (d *derived[I, O]) describe(c *CollectionInfo) {
	d.stream.describe(c)
	d.history.describe(c, &d.faults)
}

func (j *join[T]) describe(c *CollectionInfo) {
	j.stream.describe(c)
	j.history.describe(c, &j.faults)
}

func (h *history) describe(c *CollectionInfo, f *faults) {
	c.Counters.Calls, c.Counters.Idle, c.Counters.Cause = h.calls, h.idle, h.cause
	c.Counters.Panics, c.Panics = f.list()
}

// Find returns the collection with the ID, and whether there is one.
func (g Graph) Find(id uint64) (CollectionInfo, bool) {
	i, ok := slices.BinarySearchFunc(g.Collections, id, func(c CollectionInfo, id uint64) int { return cmp.Compare(c.ID, id) })
	if !ok {
		return CollectionInfo{}, false
	}
	return g.Collections[i], true
}

// DOT returns the graph in the language of Graphviz, from sources to what derives
// from them.
func (g Graph) DOT() string {
	var b strings.Builder
	b.WriteString("digraph krt {\n\trankdir=LR\n\tnode [shape=box]\n")
	for _, c := range g.Collections {
		style := ""
		if !c.Synced {
			style = ", style=dashed"
		}
		fmt.Fprintf(&b, "\tc%d [label=%s%s]\n", c.ID, quoteDOT(c.label()), style)
	}
	g.edges(func(from, to uint64) { fmt.Fprintf(&b, "\tc%d -> c%d\n", from, to) })
	b.WriteString("}\n")
	return b.String()
}

// Mermaid returns the graph as a Mermaid flowchart, which many places render that
// show Markdown.
func (g Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, c := range g.Collections {
		fmt.Fprintf(&b, "\tc%d[\"%s\"]\n", c.ID, escapeMermaid(c.label()))
		if !c.Synced {
			fmt.Fprintf(&b, "\tstyle c%d stroke-dasharray: 5 5\n", c.ID)
		}
	}
	g.edges(func(from, to uint64) { fmt.Fprintf(&b, "\tc%d --> c%d\n", from, to) })
	return b.String()
}

func (c CollectionInfo) label() string {
	objects := "objects"
	if c.Objects == 1 {
		objects = "object"
	}
	return fmt.Sprintf("%s\n%s, %d %s", c.Name, c.Kind, c.Objects, objects)
}

func (g Graph) edges(f func(from, to uint64)) {
	for _, c := range g.Collections {
		for _, id := range c.Reads {
			if _, ok := g.Find(id); ok {
				f(id, c.ID)
			}
		}
	}
}

func quoteDOT(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// escapeMermaid returns the text as the content of a quoted string of Mermaid, with
// numbers for what means something there: quotes and entities, Markdown and HTML,
// line breaks written as a backslash with an n, directives and comments.
func escapeMermaid(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString("<br/>")
		case strings.ContainsRune("\"#&;<>`\\%", r) || r < ' ':
			fmt.Fprintf(&b, "#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// String returns the graph as a table for people, with a line for each collection.
func (g Graph) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ID\tNAME\tKIND\tOBJECTS\tCHANGES\tRUNS\tCALLS\tIDLE\tBUSY\tREADS\tSTATE")
	for _, c := range g.Collections {
		reads := make([]string, len(c.Reads))
		for i, id := range c.Reads {
			reads[i] = strconv.FormatUint(id, 10)
		}
		n := c.Counters
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%v\t%s\t%s\n", c.ID, inOneCell(c.Name), c.Kind, c.Objects,
			n.Changes, n.Runs, n.Calls, n.Idle, n.Busy.Round(time.Microsecond), strings.Join(reads, ","), c.state())
	}
	_ = w.Flush() // to memory, which does not fail
	return b.String()
}

// inOneCell returns a name as it is, or quoted if it would break up the table.
func inOneCell(name string) string {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return strconv.Quote(name)
	}
	return name
}

// state says in a few words how the collection is.
func (c CollectionInfo) state() string {
	switch {
	case c.Stopped:
		return "stopped"
	case len(c.Waits) > 0:
		return "waits for " + strings.Join(c.Waits, "; ")
	case len(c.Panics) > 0:
		return fmt.Sprintf("%d keys panicked", len(c.Panics))
	default:
		return "up to date"
	}
}
