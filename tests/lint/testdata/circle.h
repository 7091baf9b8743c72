/* SPDX-License-Identifier: Apache-2.0 */
/* Three files that call each other in a circle, and one that only calls. */
#pragma once

int circle_first(int n);
int circle_second(int n);
int circle_third(int n);
int circle_user(int n);
