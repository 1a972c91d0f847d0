// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/krtkit/krtkit/examples/serviceview/view"
)

// column is one column of the table.
type column struct {
	title string
	// cells returns the lines of the cell; the table is as high as the highest.
	cells func(s view.Service) []string
	// least is the width below which the column does not shrink.
	least int
	// optional columns are left out if all their cells are empty.
	optional bool
}

func columns() []column {
	return []column{
		{"SERVICE", func(s view.Service) []string { return []string{s.Namespace + "/" + s.Name} }, 16, false},
		{"TYPE", func(s view.Service) []string { return []string{s.Type} }, 9, false},
		{"PORTS", portCells, 10, false},
		{"WORKLOADS", workloadCells, 14, false},
		{"READY", func(s view.Service) []string { return []string{podsCell(s)} }, 8, false},
		{"NODES", func(s view.Service) []string { return limit(s.Nodes, 3) }, 6, true},
		{"ZONES", func(s view.Service) []string { return limit(s.Zones, 3) }, 5, true},
	}
}

// Table writes the services, each with what is wrong with it, and a line that sums
// up.
func (p Printer) Table(services []view.Service) error {
	var b bytes.Buffer
	cols := slices.DeleteFunc(columns(), func(c column) bool {
		return c.optional && !slices.ContainsFunc(services, func(s view.Service) bool { return len(c.cells(s)) > 0 })
	})
	rows := make([][][]string, len(services))
	widths := make([]int, len(cols))
	for i, c := range cols {
		widths[i] = len(c.title)
	}
	for i, s := range services {
		for j, c := range cols {
			cells := c.cells(s)
			rows[i] = append(rows[i], cells)
			for _, text := range cells {
				widths[j] = max(widths[j], utf8.RuneCountInString(text))
			}
		}
	}
	shrink(widths, cols, p.width())
	if len(services) > 0 {
		b.WriteString(p.paint(bold, line(cols, widths, func(j int) string { return cols[j].title })))
		b.WriteByte('\n')
	}
	for i, s := range services {
		height := 1
		for _, cells := range rows[i] {
			height = max(height, len(cells))
		}
		for h := range height {
			b.WriteString(line(cols, widths, func(j int) string {
				if h < len(rows[i][j]) {
					return rows[i][j][h]
				}
				return ""
			}))
			b.WriteByte('\n')
		}
		for _, problem := range s.Problems {
			p.problem(&b, problem)
		}
	}
	b.WriteString(p.summary(services))
	return p.write(&b)
}

// shrink takes from the widest column until the line fits, or nothing is left to
// take.
func shrink(widths []int, cols []column, total int) {
	for {
		sum, widest := 2*(len(widths)-1), -1
		for i, w := range widths {
			sum += w
			if w > max(cols[i].least, len(cols[i].title)) && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if sum <= total || widest < 0 {
			return
		}
		widths[widest]--
	}
}

func line(cols []column, widths []int, text func(j int) string) string {
	var b strings.Builder
	for j := range cols {
		if j > 0 {
			b.WriteString("  ")
		}
		cell := cut(clean(text(j)), widths[j])
		b.WriteString(cell)
		b.WriteString(strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell)))
	}
	return strings.TrimRight(b.String(), " ")
}

// cut shortens s to n columns.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func (p Printer) problem(b *bytes.Buffer, problem view.Problem) {
	mark, c := severityMark(problem.Severity)
	const indent = "      "
	for i, text := range wrap(clean(problem.Message), p.width()-len(indent)) {
		lead := indent
		if i == 0 {
			lead = "    " + p.paint(c, mark) + " "
		}
		b.WriteString(lead + text + "\n")
	}
}

// wrap breaks s at spaces.
func wrap(s string, width int) []string {
	var lines []string
	current := ""
	for word := range strings.FieldsSeq(s) {
		switch {
		case current == "":
			current = word
		case utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, current)
			current = word
		default:
			current += " " + word
		}
	}
	return append(lines, current)
}

func (p Printer) summary(services []view.Service) string {
	count := map[view.Severity]int{}
	for _, s := range services {
		count[s.Worst()]++
	}
	text := plural(len(services), "service")
	if len(services) == 0 {
		return text + "\n"
	}
	text += ":"
	for _, part := range []struct {
		severity view.Severity
		text     string
	}{
		{view.OK, "fine"},
		{view.Note, "with notes"},
		{view.Warning, "with warnings"},
		{view.Error, "with errors"},
	} {
		if n := count[part.severity]; n > 0 {
			_, c := severityMark(part.severity)
			text += " " + p.paint(c, fmt.Sprintf("%d %s", n, part.text)) + ","
		}
	}
	return strings.TrimSuffix(text, ",") + "\n"
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func portCells(s view.Service) []string {
	if s.Type == "ExternalName" {
		return []string{"→ " + s.ExternalName}
	}
	var cells []string
	for _, port := range s.Ports {
		cells = append(cells, portCell(port))
	}
	return cells
}

// portCell writes a port and where it leads to: 80→http:8080, 53/UDP, 81→?
func portCell(p view.Port) string {
	text := fmt.Sprint(p.Port)
	if p.Protocol != "TCP" {
		text += "/" + p.Protocol
	}
	if _, err := strconv.Atoi(p.TargetPort); err == nil {
		if p.TargetPort == fmt.Sprint(p.Port) {
			return text
		}
		return text + "→" + p.TargetPort
	}
	var numbers []string
	for _, n := range p.Containers {
		numbers = append(numbers, fmt.Sprint(n))
	}
	return text + "→" + p.TargetPort + ":" + cmp.Or(strings.Join(numbers, ","), "?")
}

func workloadCells(s view.Service) []string {
	var names []string
	for _, w := range s.Workloads {
		names = append(names, shortKind(w.Kind)+"/"+w.Name)
	}
	if alone := countAlone(s); alone > 0 {
		names = append(names, plural(alone, "lone pod"))
	}
	if len(s.Addresses) > 0 {
		names = append(names, limit(s.Addresses, 3)...)
	}
	return limit(names, 5)
}

// shortKind returns the short name that kubectl knows, to keep the table narrow.
func shortKind(kind string) string {
	switch kind {
	case "Deployment":
		return "deploy"
	case "StatefulSet":
		return "sts"
	case "DaemonSet":
		return "ds"
	case "ReplicaSet":
		return "rs"
	default:
		return strings.ToLower(kind)
	}
}

func countAlone(s view.Service) int {
	n := 0
	for _, p := range s.Pods {
		if p.Workload == "" {
			n++
		}
	}
	return n
}

// podsCell says how many of the pods are ready.
func podsCell(s view.Service) string {
	pods, ready := s.Running()
	switch {
	case pods > 0:
		return fmt.Sprintf("%d/%d", ready, pods)
	case len(s.Pods) > 0:
		return "template"
	case len(s.Selector) > 0 && s.Type != "ExternalName":
		return "0/0"
	default:
		return "-"
	}
}

// limit keeps the first most of a list, and counts the rest.
func limit(list []string, most int) []string {
	if len(list) <= most {
		return list
	}
	out := append([]string{}, list[:most-1]...)
	return append(out, fmt.Sprintf("%d more", len(list)-most+1))
}
