// plan-show.js: the filter of the page that plan-show writes: rows with the pressed signs and the searched text. Without it, all rows are
// shown.
const filter = document.getElementById('filter');
const search = filter.querySelector('input');
const buttons = [...filter.querySelectorAll('button')];
const rows = [...document.querySelectorAll('tr[class]')];
const items = [...document.querySelectorAll('li')];
const text = new Map([...rows, ...items].map(row => [row, row.textContent.toLowerCase()]));
function apply() {
    const wanted = search.value.trim().toLowerCase();
    const pressed = buttons.filter(button => button.ariaPressed === 'true').map(button => button.dataset.class);
    let shown = 0;
    for (const row of rows) {
        row.hidden = !(text.get(row).includes(wanted) && (pressed.length === 0 || pressed.includes(row.className)));
        shown += !row.hidden;
    }
    for (const item of items) item.hidden = !text.get(item).includes(wanted);
    filter.querySelector('output').textContent = `${shown} of ${rows.length} changes`;
}
let timer = 0;
search.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
for (const button of buttons) button.addEventListener('click', () => { button.ariaPressed = String(button.ariaPressed !== 'true'); apply(); });
filter.hidden = false;
apply();
