// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/examples/serviceview/render"
	"github.com/krtkit/krtkit/examples/serviceview/view"
	"github.com/krtkit/krtkit/krt"
)

func cart() view.Service {
	return view.Service{
		Namespace: "shop", Name: "cart", Type: "ClusterIP", Selector: map[string]string{"app": "cart"},
		Ports: []view.Port{
			{Name: "grpc", Protocol: "TCP", Port: 7070, TargetPort: "grpc", Containers: []int32{7070, 7071}, Declared: 2},
			{Name: "dns", Protocol: "UDP", Port: 53, TargetPort: "53", Containers: []int32{53}},
			{Name: "web", Protocol: "TCP", Port: 80, TargetPort: "http", Containers: []int32{}},
			{Name: "alt", Protocol: "TCP", Port: 81, TargetPort: "8080", Containers: []int32{8080}},
		},
		Workloads: []view.WorkloadUse{{Kind: "StatefulSet", Name: "cart", Wanted: 2, Pods: 2, Ready: 1}},
		Pods: []view.Pod{
			{Name: "cart-0", Workload: "StatefulSet/cart", Node: "n1", Zone: "a", Ready: true},
			{Name: "cart-1", Workload: "StatefulSet/cart", Node: "n2", Zone: "b", Reason: "pending"},
		},
		Nodes: []string{"n1", "n2"}, Zones: []string{"a", "b"},
		Problems: []view.Problem{
			{Severity: view.Error, Code: view.PortNameMissing, Message: `port 80 (web): no container port is named "http"`},
			{Severity: view.Warning, Code: view.PodsNotReady, Message: "1 of 2 pods not ready: cart-1 (pending)"},
		},
		Sources: []view.Source{
			{Kind: "Pod", Namespace: "shop", Name: "cart-0", Version: "10"},
			{Kind: "Pod", Namespace: "shop", Name: "cart-1", Version: "11"},
			{Kind: "Service", Namespace: "shop", Name: "cart", Version: "5"},
		},
	}
}

func mail() view.Service {
	return view.Service{
		Namespace: "shop", Name: "mail", Type: "ExternalName", ExternalName: "mail.example.com",
		Ports: []view.Port{}, Workloads: []view.WorkloadUse{}, Pods: []view.Pod{},
		Nodes: []string{}, Zones: []string{}, Problems: []view.Problem{},
	}
}

func TestTable_showsServicesAndProblems(t *testing.T) {
	var b bytes.Buffer
	if err := (render.Printer{Out: &b}).Table([]view.Service{cart(), mail()}); err != nil {
		t.Fatal(err)
	}
	want := `
SERVICE    TYPE          PORTS                WORKLOADS  READY  NODES  ZONES
shop/cart  ClusterIP     7070→grpc:7070,7071  sts/cart   1/2    n1     a
                         53/UDP                                 n2     b
                         80→http:?
                         81→8080
    ✗ port 80 (web): no container port is named "http"
    ! 1 of 2 pods not ready: cart-1 (pending)
shop/mail  ExternalName  → mail.example.com              -
2 services: 1 fine, 1 with errors
`
	if diff := cmp.Diff(want, "\n"+b.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestTable_noServices(t *testing.T) {
	var b bytes.Buffer
	if err := (render.Printer{Out: &b}).Table(nil); err != nil {
		t.Fatal(err)
	}
	if b.String() != "0 services\n" {
		t.Errorf("got %q", b.String())
	}
}

func TestTable_linesFitTheWidth(t *testing.T) {
	s := cart()
	s.Name = strings.Repeat("long-name-", 6)
	s.Namespace = strings.Repeat("long-namespace-", 4)
	s.Workloads[0].Name = s.Name
	s.Nodes = []string{"node-" + strings.Repeat("x", 40), "n2", "n3", "n4"}
	s.Problems[0].Message = strings.Repeat("word ", 60)
	for _, width := range []int{80, 100, 120, 160} {
		var b bytes.Buffer
		if err := (render.Printer{Out: &b, Width: width}).Table([]view.Service{s, mail()}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > width {
				t.Errorf("width %d: line of %d columns: %s", width, n, line)
			}
		}
		if !strings.Contains(b.String(), "2 more") {
			t.Errorf("width %d: nodes beyond the third are not counted", width)
		}
	}
}

func TestTable_colorsAndControlCharacters(t *testing.T) {
	s := cart()
	s.Problems = []view.Problem{{Severity: view.Warning, Message: "bad\x1b[31m\r\nname"}}
	var plain, colored bytes.Buffer
	for _, p := range []render.Printer{{Out: &plain}, {Out: &colored, Color: true}} {
		if err := p.Table([]view.Service{s}); err != nil {
			t.Fatal(err)
		}
	}
	if strings.ContainsAny(plain.String(), "\x1b\r") {
		t.Errorf("escape sequence without color: %q", plain.String())
	}
	if !strings.Contains(colored.String(), "\x1b[33m!\x1b[0m bad�[31m��name") {
		t.Errorf("no color, or a control character: %q", colored.String())
	}
}

func TestJSON_isStable(t *testing.T) {
	var b bytes.Buffer
	if err := (render.Printer{Out: &b}).JSON([]view.Service{mail()}); err != nil {
		t.Fatal(err)
	}
	want := `{
  "services": [
    {
      "namespace": "shop",
      "name": "mail",
      "type": "ExternalName",
      "externalName": "mail.example.com",
      "ports": [],
      "workloads": [],
      "pods": [],
      "nodes": [],
      "zones": [],
      "problems": []
    }
  ]
}
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestJSON_readsBack(t *testing.T) {
	var b bytes.Buffer
	if err := (render.Printer{Out: &b}).JSON([]view.Service{cart()}); err != nil {
		t.Fatal(err)
	}
	var got render.Document
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := cart()
	want.Sources = nil // not part of the JSON form
	if diff := cmp.Diff(render.Document{Services: []view.Service{want}}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	b.Reset()
	if err := (render.Printer{Out: &b}).JSON(nil); err != nil || b.String() != "{\n  \"services\": []\n}\n" {
		t.Errorf("no services: got %q, %v", b.String(), err)
	}
}

func TestChanges(t *testing.T) {
	after := cart()
	after.Type = "NodePort"
	after.Selector = map[string]string{"app": "cart", "track": "a"}
	after.Ports = append(after.Ports[1:2:2], view.Port{Name: "new", Protocol: "TCP", Port: 1, TargetPort: "1"})
	after.Workloads = []view.WorkloadUse{{Kind: "StatefulSet", Name: "cart", Wanted: 3}, {Kind: "Deployment", Name: "x"}}
	after.Pods = []view.Pod{
		{Name: "cart-1", Node: "n2", Zone: "b", Ready: true},
		{Name: "cart-2", Reason: "not scheduled"},
		{Name: "x", Workload: "Deployment/x", Template: true},
	}
	after.Nodes, after.Zones = []string{"n2"}, []string{"b"}
	after.Problems = []view.Problem{after.Problems[0], {Severity: view.Note, Message: "something"}}
	want := []string{
		"type: ClusterIP → NodePort",
		"selector: app=cart → app=cart,track=a",
		"port alt: 81→8080 → none",
		"port grpc: 7070→grpc:7070,7071 → none",
		"port new: none → 1",
		"port web: 80→http:? → none",
		"workload Deployment/x joined",
		"workload StatefulSet/cart: wants 2 → 3 pods",
		"pod cart-0 left",
		"pod cart-1: not ready (pending) on n2 in b → ready on n2 in b",
		"pod cart-2 joined: not ready (not scheduled)",
		"template of Deployment/x joined: stands in for pods",
		"nodes: n1 n2 → n2",
		"zones: a b → b",
		"new note: something",
		"solved warning: 1 of 2 pods not ready: cart-1 (pending)",
	}
	if diff := cmp.Diff(want, render.Changes(cart(), after)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if got := render.Changes(cart(), cart()); got != nil {
		t.Errorf("got %v for equal views, want nil", got)
	}
}

func TestChanges_manyPodsAreCounted(t *testing.T) {
	var after view.Service
	for i := range 20 {
		after.Pods = append(after.Pods, view.Pod{Name: fmt.Sprintf("p-%02d", i), Ready: true})
	}
	got := render.Changes(view.Service{}, after)
	if len(got) != 10 || got[9] != "12 other pods changed" {
		t.Errorf("got %d lines, the last %q", len(got), got[len(got)-1])
	}
}

func TestCauses(t *testing.T) {
	source := func(kind, name, version string) view.Source {
		return view.Source{Kind: kind, Namespace: "shop", Name: name, Version: version}
	}
	self := source("Service", "web", "5")
	old, fresh := source("Pod", "old", "9"), source("Pod", "new", "12")
	for _, tt := range []struct {
		name          string
		before, after []view.Source
		current       []view.Source
		want          []string
	}{
		{"changed", []view.Source{self, old}, []view.Source{self, source("Pod", "old", "11")}, nil, []string{"Pod shop/old changed"}},
		{"appeared", []view.Source{self, old}, []view.Source{self, old, fresh}, nil, []string{"Pod shop/new appeared"}},
		{"deleted", []view.Source{self, old}, []view.Source{self}, nil, []string{"Pod shop/old was deleted"}},
		{"changed and left", []view.Source{self, old}, []view.Source{self}, []view.Source{source("Pod", "old", "20")}, []string{"Pod shop/old changed"}},
		{
			"the service selects others now",
			[]view.Source{self, old},
			[]view.Source{source("Service", "web", "30"), source("Pod", "other", "7")},
			[]view.Source{old},
			[]string{"Service shop/web changed"},
		},
		{"the service comes first", []view.Source{self, old}, []view.Source{source("Service", "web", "30"), source("Pod", "old", "31")}, nil, []string{
			"Service shop/web changed", "Pod shop/old changed",
		}},
		{"all new", nil, []view.Source{fresh, self}, nil, []string{"Service shop/web appeared"}},
		{"all gone", []view.Source{fresh, self}, nil, []view.Source{fresh}, []string{"Service shop/web was deleted"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			of := func(sources []view.Source) view.Service {
				if sources == nil {
					return view.Service{}
				}
				return view.Service{Namespace: "shop", Name: "web", Sources: sources}
			}
			got := render.Causes(of(tt.before), of(tt.after), func(s view.Source) (view.Source, bool) {
				for _, c := range tt.current {
					if c.String() == s.String() {
						return c, true
					}
				}
				return view.Source{}, false
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func event(before, after *view.Service) krt.Event[view.Service] {
	e := krt.Event[view.Service]{Old: before, New: after}
	switch {
	case before == nil:
		e.Event = krt.EventAdd
	case after == nil:
		e.Event = krt.EventDelete
	default:
		e.Event = krt.EventUpdate
	}
	return e
}

func live(b *bytes.Buffer) *render.Live {
	return &render.Live{
		Printer: render.Printer{Out: b},
		Now:     func() time.Time { return time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC) },
		Current: func(view.Source) (view.Source, bool) { return view.Source{}, false },
	}
}

func TestLive_printsTheViewThenWhatChangesAndWhy(t *testing.T) {
	var b bytes.Buffer
	l := live(&b)
	before, after, other := cart(), cart(), mail()
	after.Pods = []view.Pod{after.Pods[0], {Name: "cart-1", Workload: "StatefulSet/cart", Node: "n2", Zone: "b", Ready: true}}
	after.Problems = after.Problems[:1]
	after.Sources = []view.Source{after.Sources[0], {Kind: "Pod", Namespace: "shop", Name: "cart-1", Version: "12"}, after.Sources[2]}
	other.Sources = []view.Source{{Kind: "Service", Namespace: "shop", Name: "mail", Version: "3"}}

	l.Handle([]krt.Event[view.Service]{event(nil, &before)})
	if b.Len() > 0 {
		t.Fatalf("printed before the start: %s", b.String())
	}
	if err := l.Start(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "shop/cart") || !strings.Contains(b.String(), "1 service:") {
		t.Errorf("the view is not printed at the start:\n%s", b.String())
	}
	b.Reset()
	l.Handle([]krt.Event[view.Service]{event(nil, &other), event(&before, &after)})
	l.Message("hello %d", 1)
	l.Handle([]krt.Event[view.Service]{event(&other, nil)})
	want := `
15:04:05 ~ shop/cart
    pods ready: 1/2 → 2/2
    pod cart-1: not ready (pending) on n2 in b → ready on n2 in b
    solved warning: 1 of 2 pods not ready: cart-1 (pending)
    because Pod shop/cart-1 changed
15:04:05 + shop/mail
    ExternalName, → mail.example.com
    because Service shop/mail appeared
15:04:05 hello 1
15:04:05 - shop/mail
    because Service shop/mail was deleted
`
	if diff := cmp.Diff(want, "\n"+b.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if err := l.Err(); err != nil {
		t.Error(err)
	}
}

func TestLive_jsonIsAValueALine(t *testing.T) {
	var b bytes.Buffer
	l := live(&b)
	l.JSON = true
	s := cart()
	if err := l.Start(); err != nil {
		t.Fatal(err)
	}
	l.Message("not JSON")
	l.Handle([]krt.Event[view.Service]{event(nil, &s)})
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 2 || lines[0] != `{"services":[]}` {
		t.Fatalf("got %q", lines)
	}
	var c render.Change
	if err := json.Unmarshal([]byte(lines[1]), &c); err != nil {
		t.Fatal(err)
	}
	if c.Event != "add" || c.Service.Name != "cart" || len(c.Because) != 1 || c.Time.Year() != 2026 {
		t.Errorf("got %+v", c)
	}
}

type broken struct{}

var errBroken = errors.New("nobody reads")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestLive_keepsTheFirstErrorOfWriting(t *testing.T) {
	l := live(nil)
	l.Printer.Out = broken{}
	if err := l.Start(); !errors.Is(err, errBroken) {
		t.Errorf("Start: got %v", err)
	}
	s := cart()
	l.Handle([]krt.Event[view.Service]{event(nil, &s)})
	if err := l.Err(); !errors.Is(err, errBroken) {
		t.Errorf("Err: got %v", err)
	}
}
