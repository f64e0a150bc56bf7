mod broken;
mod export;
mod interrupted;
mod live;
mod restore;
mod restored;
mod schedule;
mod support;
