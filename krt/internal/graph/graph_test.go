// SPDX-License-Identifier: Apache-2.0

package graph_test

import (
	"strings"
	"testing"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

type node struct{ *graph.Node }

func (node) Synced(*graph.Graph)  {}
func (node) Stopped(*graph.Graph) {}
func (node) Release()             {}

type cursor struct{}

func (cursor) Take(uint64) bool { return true }

func (cursor) Reads() bool { return true }

func (cursor) GiveBack() {}
func (cursor) Compact()  {}
func (cursor) Skip()     {}
func (cursor) Drop()     {}

func TestConnect_namesTheCollectionsOfACycle(t *testing.T) {
	a, b, c := graph.NewNode("a", node{}, nil), graph.NewNode("b", node{}, nil), graph.NewNode("c", node{}, nil)
	for _, edge := range [][2]*graph.Node{{b, a}, {c, b}} {
		if _, err := graph.Connect(edge[0], edge[1], cursor{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := graph.Connect(a, c, cursor{})
	if want := `"a" reads "c", which reads "b", which reads "a"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Connect() = %v, want %s", err, want)
	}
	if _, err := graph.Connect(a, a, cursor{}); err == nil {
		t.Error("a node may read itself")
	}
}

func TestConnect_mergesGraphs(t *testing.T) {
	a, b := graph.NewNode("a", node{}, nil), graph.NewNode("b", node{}, nil)
	if a.GraphSize() != 1 {
		t.Errorf("a new graph has %d nodes", a.GraphSize())
	}
	if _, err := graph.Connect(a, b, cursor{}); err != nil {
		t.Fatal(err)
	}
	if a.GraphSize() != 2 || b.GraphSize() != 2 {
		t.Errorf("graphs have %d and %d nodes, want 2", a.GraphSize(), b.GraphSize())
	}
	a.Stop()
	if b.GraphSize() != 1 || b.Children() != 0 {
		t.Errorf("after a node was stopped the other is in a graph of %d with %d readers", b.GraphSize(), b.Children())
	}
	// A stopped node can still be read, from a graph that has moved on.
	c := graph.NewNode("c", node{}, nil)
	if _, err := graph.Connect(c, b, cursor{}); err != nil {
		t.Fatal(err)
	}
	if _, err := graph.Connect(c, a, cursor{}); err != nil {
		t.Fatal(err)
	}
	if c.GraphSize() != 3 {
		t.Errorf("graph has %d nodes, want 3", c.GraphSize())
	}
}
