"""The practice network: real routers, real lines, real cuts, inside namespaces anybody may make.

`plan` says what a configuration's network looks like, `build` makes it, `relay` carries (or drops) what crosses
its lines, `control` and `scenario` break and mend them, `truth` writes down what was really done and when.
Nothing outside these namespaces is ever touched.

`year` and the files named after it build nothing: they make up a year of facts and its truth, as plain values.
"""
