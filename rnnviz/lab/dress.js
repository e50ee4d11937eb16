// Gives every control of the lab around it its tooltip and its name for screen readers, which ipywidgets leave out
// on menus, boxes and slider handles.
function dress(lab, hints) {
  for (const [name, [label, tip]] of Object.entries(hints)) {
    for (const control of lab.querySelectorAll(`.${name}`)) {
      if (control.title === tip) continue;
      control.title = tip;
      for (const part of control.querySelectorAll("[title]")) part.removeAttribute("title");
      for (const part of control.querySelectorAll(".noUi-handle, select, input")) part.setAttribute("aria-label", label);
    }
  }
}

export default {
  render({ model, el }) {
    let lab = null;
    const again = () => lab && dress(lab, model.get("hints"));
    const built = new MutationObserver(again);
    const timer = setInterval(() => {
      lab = el.closest(".rv-lab"); // not there yet while the lab is being put together
      if (!lab) return;
      clearInterval(timer);
      built.observe(lab, { childList: true, subtree: true });
      again();
    }, 50);
    return () => (clearInterval(timer), built.disconnect());
  },
};
