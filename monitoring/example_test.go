// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/krtkit/krtkit/monitoring"
)

// get returns what the handler serves.
func get(h http.Handler) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

func Example() {
	// A program uses the registry of the process and Prometheus' default one: it leaves
	// out the option, and passes nil twice.
	registry, exported := monitoring.NewRegistry(), prometheus.NewRegistry()
	kind := monitoring.CreateLabel("type")
	pushes := monitoring.NewSum("pushes_total", "Configurations that were pushed.", monitoring.WithRegistry(registry))

	metrics, err := registry.RegisterPrometheusExporter(exported, exported)
	if err != nil {
		fmt.Println(err)
		return
	}
	pushes.With(kind.Value("cds")).Increment()
	pushes.With(kind.Value("eds")).Record(3)
	fmt.Print(get(metrics))
	// Output:
	// # HELP pushes_total Configurations that were pushed.
	// # TYPE pushes_total counter
	// pushes_total{type="cds"} 1
	// pushes_total{type="eds"} 3
}

func ExampleNewSumVec() {
	type labels struct {
		Type    string
		Success bool `label:"ok"`
	}
	registry := monitoring.NewRegistry()
	pushes := monitoring.NewSumVec[labels]("pushes_total", "Configurations that were pushed.", monitoring.WithRegistry(registry))

	pushes.With(labels{Type: "cds", Success: true}).Increment()
	for _, series := range registry.Snapshot()[0].Series {
		fmt.Println(series.Labels, series.Value)
	}
	// Output:
	// [ok=true type=cds] 1
}

func ExampleNewDerivedGauge() {
	registry := monitoring.NewRegistry()
	queue := []string{"a", "b"}
	monitoring.NewDerivedGauge("queue_depth", "Items that wait.", monitoring.WithRegistry(registry)).
		ValueFrom(func() float64 { return float64(len(queue)) })

	fmt.Println(registry.Snapshot()[0].Series[0].Value)
	// Output:
	// 2
}

func ExampleDelete() {
	registry := monitoring.NewRegistry()
	cluster := monitoring.CreateLabel("cluster")
	synced := monitoring.NewGauge("clusters_synced", "Clusters that are in step.", monitoring.WithRegistry(registry))
	synced.With(cluster.Value("east"), monitoring.CreateLabel("kind").Value("pods")).Record(1)
	synced.With(cluster.Value("west")).Record(1)

	fmt.Println(monitoring.Delete(synced, cluster.Value("east")))
	fmt.Println(len(registry.Snapshot()[0].Series))
	// Output:
	// 1
	// 1
}

func ExampleRegistry_SetViews() {
	registry := monitoring.NewRegistry()
	err := registry.SetViews(
		monitoring.View{Name: "debug_*", Drop: true},
		monitoring.View{Name: "push_seconds", Bounds: []float64{.1, 1}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	monitoring.NewSum("debug_calls_total", "Calls.", monitoring.WithRegistry(registry)).Increment()
	monitoring.NewDistribution("push_seconds", "Time that a push takes.", nil, monitoring.WithRegistry(registry), monitoring.WithUnit(monitoring.Seconds)).Record(.5)
	for _, metric := range registry.Snapshot() {
		fmt.Println(metric.Name, metric.Bounds, metric.Series[0].Counts)
	}
	// Output:
	// push_seconds [0.1 1] [0 1 0]
}
