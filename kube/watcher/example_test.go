// SPDX-License-Identifier: Apache-2.0

package watcher_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/watcher"
)

func ExampleNewController() {
	client := kubefake.NewClient(configMap("default", "settings", "one"))
	defer client.Close()
	defer client.Shutdown()

	values := make(chan string)
	c := watcher.NewController(client, "default", "settings", func(m *corev1.ConfigMap) {
		if m == nil {
			values <- "gone"
			return
		}
		values <- m.Data["value"]
	})
	end := run(c) // c.Run(stop), in a goroutine
	defer end()
	fmt.Println(<-values)

	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	if _, err := maps.Update(configMap("default", "settings", "two")); err != nil {
		fmt.Println(err)
	}
	fmt.Println(<-values)
	if err := maps.Delete("settings", "default"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(<-values)
	// Output:
	// one
	// two
	// gone
}
