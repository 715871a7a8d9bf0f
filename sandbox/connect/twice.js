"use strict";
document.getElementById("first").submit();
setTimeout(() => document.getElementById("second").submit(), 1000);
