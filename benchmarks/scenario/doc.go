// SPDX-License-Identifier: Apache-2.0

// Package scenario says what is measured, without saying by whom: the objects that
// every contender works on, and what a contender must be able to do.
//
// A contender fills a [Suite]: for each scenario that it can express, a function that
// sets it up and returns it as a [Case]. The program sets up one case at a time, lets
// it perform its operation a number of times, compares what is there in the end with
// what the others have, and closes it.
//
//	c := suite.Update(scenario.Objects(20000))
//	defer c.Close()
//	took := c.Do(1000)
//
// # Guarantees
//
// Contenders are given the same objects, and none may change them. What happens before
// Do and after it is not measured.
package scenario
