// The page of a recording works without this: it shows where the player is, and brings it to where somebody talks.
const player = document.getElementById('player');

if (player) {
  const length = Number(player.dataset.seconds) || 1;
  const lanes = [...document.querySelectorAll('.lane')].map((element) => ({
    element,
    svg: element.querySelector('svg'),
    playhead: element.querySelector('.playhead'),
    turns: JSON.parse(element.dataset.turns),
  }));

  const jump = (seconds) => {
    player.currentTime = seconds;
    player.play().catch(() => {});
  };

  const show = () => {
    const now = player.currentTime;
    for (const { element, playhead, turns } of lanes) {
      playhead.setAttribute('x', String((1000 * now) / length));
      element.classList.toggle(
        'speaking',
        turns.some(([from, to]) => from <= now && now < to),
      );
    }
  };
  player.addEventListener('timeupdate', show);
  player.addEventListener('seeking', show);

  for (const { element, svg, turns } of lanes) {
    /** Into a turn brings to its beginning, elsewhere to that very moment. */
    svg.addEventListener('click', ({ clientX }) => {
      const { left, width } = svg.getBoundingClientRect();
      const at = (length * (clientX - left)) / width;
      const near = length / width;
      const turn = turns.find(([from, to]) => from - near <= at && at <= to + near);
      jump(turn ? turn[0] : at);
    });
    const jumps = element.querySelector('.jumps');
    if (!jumps) continue;
    jumps.hidden = false;
    jumps.addEventListener('click', ({ target }) => {
      const now = player.currentTime;
      const turn =
        target.dataset.jump === '1'
          ? turns.find(([from]) => from > now + 0.1)
          : turns.findLast(([from]) => from < now - 1);
      if (target.dataset.jump && turn) jump(turn[0]);
    });
  }
  for (const { svg } of lanes) svg.classList.add('jumps-to');

  // One is heard at a time.
  document.addEventListener(
    'play',
    ({ target }) => {
      for (const other of document.querySelectorAll('audio')) if (other !== target) other.pause();
    },
    true,
  );
}
