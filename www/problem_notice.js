// problem_notice.js - what is the matter, in words, and a way to try again.

import { element, find } from "./dom.js";
import { words } from "./problems.js";

export class ProblemNotice {
	constructor() {
		this.again = null;
		this.timer = null;
		find("again").addEventListener("click", () => {
			const again = this.again;
			this.hide();
			again?.();
		});
	}

	// again(): what to try once more, or null where that is in vain.
	show(problem, again) {
		const { title, advice, detail } = words(problem);
		find("problem").hidden = false;
		find("problem-text").replaceChildren(
			element("h2", {}, title), element("p", {}, advice),
			...detail === "" ? [] : [element("p", { class: "detail" }, detail)]);
		this.again = again;
		find("again").hidden = again === null;
		this.countDown(problem.retryAfter ?? 0);
	}

	// Before its time a request would only be refused once more.
	countDown(left) {
		clearTimeout(this.timer);
		find("again").disabled = left > 0;
		find("again").textContent = left > 0 ? `Try again in ${left} s` :
			"Try again";
		if (left > 0)
			this.timer = setTimeout(() => this.countDown(left - 1), 1000);
	}

	hide() {
		clearTimeout(this.timer);
		find("problem").hidden = true;
		find("problem-text").replaceChildren();
		this.again = null;
	}
}
